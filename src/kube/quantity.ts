const binary = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const decimalExponents: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};

const binaryPattern = /^\+?(\d*)\.?(\d*)([KMGTPE]i)$/;
const decimalPattern = /^\+?(\d*)\.?(\d*)(?:([numkMGTPE]?)|[eE]([+-]?\d{1,3}))$/;

/** A Kubernetes quantity, such as `30Gi`, `1.5e3` or `500M`, in whole units, rounded down; `undefined` when it is none. */
export function parseQuantity(text: string): bigint | undefined {
  if (!/\d/.test(text)) {
    return undefined;
  }
  return binaryQuantity(text) ?? decimalQuantity(text);
}

function binaryQuantity(text: string): bigint | undefined {
  const match = binaryPattern.exec(text);
  if (match === null) {
    return undefined;
  }
  const [, whole = '', fraction = '', suffix = ''] = match;
  const unit = 1024n ** BigInt(binary.indexOf(suffix) + 1);
  return (BigInt(whole + fraction) * unit) / 10n ** BigInt(fraction.length);
}

function decimalQuantity(text: string): bigint | undefined {
  const match = decimalPattern.exec(text);
  if (match === null) {
    return undefined;
  }
  const [, whole = '', fraction = '', suffix = '', exponent = '0'] = match;
  const shift = (decimalExponents[suffix] ?? 0) + Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  return shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
}
