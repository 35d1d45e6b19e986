/** Rights that no story uses for sure, and why they are granted all the same. */
export const unusedForAReason: readonly { readonly right: string; readonly why: string }[] = [
  ...['snapshotter', 'snapshot-controller'].map((component) => ({
    right: `${component}: patch events`,
    why: 'raises the count of an event that comes again, which is a matter of luck',
  })),
  {
    right: 'snapshot-controller: get volumesnapshotcontents.snapshot.storage.k8s.io',
    why: 'finds the member of a group that it had made when it was killed, which is a matter of luck',
  },
];
