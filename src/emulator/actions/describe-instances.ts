import { defineAction } from '../action.ts';
import { EcsError } from '../errors.ts';
import { pageOf, pagingParameters, queryOf } from '../paging.ts';
import { tagFilters } from '../parameters/repeated.ts';
import { flag, jsonIds, required, text } from '../parameters/scalars.ts';
import { fits, listed, rowsByIds } from '../rules/find.ts';
import { instanceView } from '../views/instance.ts';

export const describeInstances = defineAction({
  name: 'DescribeInstances',
  parameters: {
    RegionId: required(text(), 'MissingParamter.RegionId'),
    InstanceIds: jsonIds(100, 'InvalidParameter.InstanceIds'),
    InstanceName: text(),
    InstanceType: text(),
    Status: text({ oneOf: ['Pending', 'Running', 'Starting', 'Stopping', 'Stopped'] }),
    ZoneId: text(),
    Tag: tagFilters(),
    DryRun: flag(),
    ...pagingParameters,
  },
  accepts: ['AdditionalAttributes', 'NeedSaleCycle'],
  refuses: [
    'Filter',
    'DeviceAvailable',
    'EipAddresses',
    'HpcClusterId',
    'HttpEndpoint',
    'HttpPutResponseHopLimit',
    'HttpTokens',
    'ImageId',
    'InnerIpAddresses',
    'InstanceChargeType',
    'InstanceNetworkType',
    'InstanceTypeFamily',
    'InternetChargeType',
    'IoOptimized',
    'Ipv6Address',
    'KeyPairName',
    'LockReason',
    'PrivateIpAddresses',
    'PublicIpAddresses',
    'RdmaIpAddresses',
    'ResourceGroupId',
    'SecurityGroupId',
    'VSwitchId',
    'VpcId',
  ],
  run: (values, context) => {
    if (values.DryRun === true) {
      throw new EcsError('DryRunOperation');
    }
    const instances = listed(
      rowsByIds(context.state.instances, values.InstanceIds),
      values.Tag,
      context,
    ).filter(
      (instance) =>
        fits(values.InstanceName, instance.name) &&
        fits(values.InstanceType, instance.instanceType) &&
        fits(values.Status, instance.status as string) &&
        fits(values.ZoneId, instance.zoneId),
    );
    const page = pageOf(instances, values, {
      query: queryOf('DescribeInstances', context.regionId, values),
      minResults: 10,
      maxResults: 100,
      tokens: context.pageTokens,
    });
    return { ...page.fields, Instances: { Instance: page.rows.map(instanceView) } };
  },
});
