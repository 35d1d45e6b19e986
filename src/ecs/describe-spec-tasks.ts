import { DescribeTasksRequest } from './sdk.ts';
import type { DescribeTasksResponseBody, DescribeTasksResponseBodyTaskSetTask } from '@alicloud/ecs20140526';
import type { Call } from '../disk/call.ts';
import type { SpecTask } from '../disk/modify/spec-calls.ts';
import type { EcsClient } from './client.ts';
import type { SendRequest } from './ecs-request.ts';
import { readPages } from './pages.ts';
import { fields, textOrUndefined, type SdkFields } from './sdk-types.ts';

type Filter = SdkFields<DescribeTasksRequest>;

/** The changes of specification that match a filter, all pages of them. */
export type DescribeSpecTasks = (filter: Filter, call: Call) => Promise<SpecTask[]>;

const action = 'DescribeTasks';
const pageSize = 100;
const statuses = ['Processing', 'Finished', 'Failed'] as const;

export function createDescribeSpecTasks(client: EcsClient, send: SendRequest): DescribeSpecTasks {
  return (filter, call) =>
    readPages(async (pageText) => {
      const pageNumber = Number(pageText ?? 1);
      const request = new DescribeTasksRequest(
        fields<DescribeTasksRequest>({ ...filter, taskAction: 'ModifyDiskSpec', pageNumber, pageSize }),
      );
      const asked = 'describe tasks';
      const body = await send(
        { action, asked, effect: 'read', isComplete, send: () => client.describeTasks(request) },
        call,
      );
      const tasks = body.taskSet?.task ?? [];
      const isLast = tasks.length < pageSize || pageNumber * pageSize >= (body.totalCount ?? 0);
      return { items: tasks.flatMap(toSpecTask), nextToken: isLast ? undefined : String(pageNumber + 1) };
    });
}

/** An answer without a list is not an empty list. */
function isComplete(body: DescribeTasksResponseBody): boolean {
  return body.taskSet?.task !== undefined;
}

function toSpecTask(task: SdkFields<DescribeTasksResponseBodyTaskSetTask>): SpecTask[] {
  const id = textOrUndefined(task.taskId);
  const finishedAt = new Date(task.finishedTime ?? '');
  return id === undefined
    ? []
    : [
        {
          id,
          diskId: task.resourceId ?? '',
          status: statuses.find((status) => status === task.taskStatus) ?? 'Unknown',
          finishedAt: Number.isNaN(finishedAt.getTime()) ? undefined : finishedAt,
        },
      ];
}
