import { defineAction } from '../action.ts';
import { isoSeconds } from '../clock.ts';
import { EcsError } from '../errors.ts';
import { list } from '../parameters/repeated.ts';
import { integer, required, text } from '../parameters/scalars.ts';
import { fits, listed } from '../rules/find.ts';
import type { Task } from '../state/entities.ts';
import { timeOrEmpty } from '../views/tags.ts';

export const describeTasks = defineAction({
  name: 'DescribeTasks',
  parameters: {
    RegionId: required(text(), 'MissingParamter.RegionId'),
    TaskIds: text(),
    ResourceIds: list({ max: 100 }),
    TaskAction: text(),
    TaskStatus: text({ oneOf: ['Finished', 'Processing', 'Pending', 'Deleted', 'Paused', 'Failed'] }),
    PageNumber: integer({ min: 1 }),
    PageSize: integer({ min: 1, max: 100 }),
  },
  refuses: ['StartTime', 'EndTime', 'TaskGroupId'],
  run: ({ TaskIds, ResourceIds, TaskAction, TaskStatus, PageNumber = 1, PageSize = 10 }, context) => {
    const ids = TaskIds?.split(',').map((id) => id.trim());
    if (ids !== undefined && ids.length > 100) {
      throw new EcsError('InvalidParameter.TaskIds', `At most 100 can be given, there are ${ids.length}.`);
    }
    const tasks = listed(
      context.state.tasks.all().map((task) => ({ ...task, tags: [] })),
      [],
      context,
    ).filter(
      (task) =>
        (ids === undefined || ids.includes(task.id)) &&
        (ResourceIds.length === 0 || ResourceIds.includes(task.diskId)) &&
        fits(TaskAction, 'ModifyDiskSpec') &&
        fits(TaskStatus, task.status as string),
    );
    const page = tasks
      .sort((a, b) => b.sequence - a.sequence)
      .slice((PageNumber - 1) * PageSize, PageNumber * PageSize);
    const TaskSet = { Task: page.map(taskView) };
    return { RegionId: context.regionId, TotalCount: tasks.length, PageNumber, PageSize, TaskSet };
  },
});

function taskView(task: Task): object {
  return {
    TaskId: task.id,
    TaskStatus: task.status,
    TaskAction: 'ModifyDiskSpec',
    ResourceId: task.diskId,
    SupportCancel: 'false',
    CreationTime: isoSeconds(task.createdAtMs),
    FinishedTime: timeOrEmpty(task.finishedAtMs),
  };
}
