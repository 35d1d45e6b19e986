import { styleText } from 'node:util';
import { formatDuration } from './format.ts';
import type { Proof } from './proofs.ts';

/** Where the demo writes: standard output, or a test's array. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Names and values; a value may have several lines. */
export type Fields = Readonly<Record<string, string>>;

const labelWidth = 9;
const fieldWidth = 26;
const claimWidth = 58;
const indent = ' '.repeat(3);
const fieldIndent = ' '.repeat(indent.length + labelWidth + 2);
/** Between two lines of progress where a line cannot be rewritten. */
const quietMs = 2000;

/** Shows the story: plain aligned lines, with colours and a moving progress line only on a terminal. */
export class Screen {
  readonly #output: Output;
  readonly #now: () => number;
  readonly #isTerminal: boolean;
  #isMuted = false;
  #shownAtMs: number;
  #hasProgress = false;

  constructor(output: Output, now: () => number) {
    this.#output = output;
    this.#now = now;
    this.#isTerminal = output.isTTY === true;
    this.#shownAtMs = now();
  }

  line(text = ''): void {
    this.#clearProgress();
    this.#write(`${text}\n`);
  }

  heading(title: string): void {
    this.line();
    this.line(this.#style('bold', title));
  }

  /** What happens, said by whoever does it: `node     attach ...`. */
  say(label: string, text: string): void {
    this.line(`${indent}${this.#style('cyan', label.padEnd(labelWidth))}${text}`);
  }

  fields(fields: Fields): void {
    for (const [name, value] of Object.entries(fields)) {
      for (const [index, text] of value.split('\n').entries()) {
        this.line(`${fieldIndent}${(index === 0 ? name : '').padEnd(fieldWidth)}${text}`);
      }
    }
  }

  proof({ claim, passed, evidence }: Proof): void {
    const label = this.#style(passed ? 'green' : 'red', (passed ? 'PROVEN' : 'FAILED').padEnd(labelWidth));
    this.line(`${indent}${label}${claim.padEnd(claimWidth)}  ${evidence}`);
  }

  /** How far something is; rewritten in place on a terminal, else shown now and then. */
  progress(text: string): void {
    if (this.#isTerminal) {
      this.#write(`\r\u001b[2K${indent}${' '.repeat(labelWidth)}${text}`);
      this.#hasProgress = true;
    } else if (this.#now() - this.#shownAtMs >= quietMs) {
      this.line(`${indent}${' '.repeat(labelWidth)}${text}`);
    }
  }

  /** Shows how long a call has been out, until it comes back. */
  async whileWaiting<T>(what: string, promise: Promise<T>): Promise<T> {
    const startedAtMs = this.#now();
    const timer = setInterval(() => {
      this.progress(`${what}: waiting for ${formatDuration(this.#now() - startedAtMs)}`);
    }, 500);
    try {
      return await promise;
    } finally {
      clearInterval(timer);
    }
  }

  /** Nothing is shown any more, for the time in which an interrupted story winds down. */
  mute(): void {
    this.#clearProgress();
    this.#isMuted = true;
  }

  #clearProgress(): void {
    if (this.#hasProgress) {
      this.#hasProgress = false;
      this.#write('\r\u001b[2K');
    }
  }

  #write(text: string): void {
    if (!this.#isMuted) {
      this.#shownAtMs = this.#now();
      this.#output.write(text);
    }
  }

  #style(format: 'bold' | 'cyan' | 'green' | 'red', text: string): string {
    return this.#isTerminal ? styleText(format, text) : text;
  }
}
