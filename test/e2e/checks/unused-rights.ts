/** Rights that no story uses, and why they are granted all the same. */
export const unusedForAReason: readonly { readonly right: string; readonly why: string }[] = [];
