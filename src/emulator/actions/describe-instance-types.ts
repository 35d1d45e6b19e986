import { defineAction, type ActionContext } from '../action.ts';
import { instanceTypes, type InstanceType } from '../catalog.ts';
import { EcsError } from '../errors.ts';
import { list } from '../parameters/repeated.ts';

/** Types are the same in every region, and all of them fit on one page. */
export const describeInstanceTypes = defineAction({
  name: 'DescribeInstanceTypes',
  parameters: { InstanceTypes: list({ max: 10 }) },
  accepts: ['AdditionalAttributes'],
  refuses: [
    'CpuArchitecture',
    'CpuArchitectures',
    'GPUSpec',
    'GpuSpecs',
    'InstanceCategories',
    'InstanceCategory',
    'InstanceFamilyLevel',
    'InstanceTypeFamilies',
    'InstanceTypeFamily',
    'LocalStorageCategories',
    'LocalStorageCategory',
    'MaxResults',
    'MaximumCpuCoreCount',
    'MaximumCpuSpeedFrequency',
    'MaximumCpuTurboFrequency',
    'MaximumGPUAmount',
    'MaximumMemorySize',
    'MinimumBaselineCredit',
    'MinimumCpuCoreCount',
    'MinimumCpuSpeedFrequency',
    'MinimumCpuTurboFrequency',
    'MinimumDiskQuantity',
    'MinimumEniPrivateIpAddressQuantity',
    'MinimumEniQuantity',
    'MinimumEriQuantity',
    'MinimumGPUAmount',
    'MinimumInitialCredit',
    'MinimumInstanceBandwidthRx',
    'MinimumInstanceBandwidthTx',
    'MinimumInstancePpsRx',
    'MinimumInstancePpsTx',
    'MinimumLocalStorageAmount',
    'MinimumLocalStorageCapacity',
    'MinimumMemorySize',
    'MinimumPrimaryEniQueueNumber',
    'MinimumQueuePairNumber',
    'MinimumSecondaryEniQueueNumber',
    'NextToken',
    'NvmeSupport',
    'PhysicalProcessorModel',
    'PhysicalProcessorModels',
  ],
  run: ({ InstanceTypes: asked }, context) => {
    const unknown = asked.find((name) => !instanceTypes.some((type) => type.name === name));
    if (unknown !== undefined) {
      throw new EcsError('InvalidInstanceType.ValueNotSupported', `It is ${unknown}.`);
    }
    const shown = instanceTypes.filter(({ name }) => asked.length === 0 || asked.includes(name));
    const InstanceType = context.isInvisible ? [] : shown.map((type) => typeView(type, context));
    return { InstanceTypes: { InstanceType }, NextToken: '' };
  },
});

function typeView({ name, hasNvme }: InstanceType, { settings }: ActionContext): object {
  return {
    InstanceTypeId: name,
    InstanceTypeFamily: name.split('.').slice(0, 2).join('.'),
    DiskQuantity: settings.disksPerInstance,
    NvmeSupport: hasNvme ? 'supported' : 'unsupported',
  };
}
