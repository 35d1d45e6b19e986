/** An instance, as far as attaching disks to it is concerned. */
export interface Instance {
  readonly id: string;
  readonly zoneId: string | undefined;
  /** `ecs.g7.large` and the like; decides how many disks it takes. */
  readonly type: string | undefined;
  readonly tags: ReadonlyMap<string, string>;
}

const instanceIdPattern = /^i-[0-9a-z]{1,64}$/;

/** Whether a text has the form of an instance id. Anything else is nothing that a disk can be attached to. */
export function isInstanceId(text: string): boolean {
  return instanceIdPattern.test(text);
}
