// Expressions over keys: `exp("eval/loss")`, `train/loss - eval/loss`, `(a + b) / 2`. A key is written as it is where the
// project has it (the longest that fits), else in quotes or as ${key}. Pure.

export type Expression =
  | { kind: 'number'; value: number }
  | { kind: 'key'; key: string }
  | { kind: 'call'; name: string; of: readonly Expression[] };

// What cannot be read, and where: from 0, in characters.
export class ExpressionError extends Error {
  override name = 'ExpressionError';
  constructor(message: string, readonly position: number) {
    super(message);
  }
}

interface Meaning {
  // How many arguments; the second number may be infinite.
  takes: readonly [number, number];
  of: (values: readonly number[]) => number;
}
const one = (of: (value: number) => number): Meaning => ({ takes: [1, 1], of: (values) => of(values[0]!) });

const kFunctions: Readonly<Record<string, Meaning>> = {
  abs: one(Math.abs), exp: one(Math.exp), log: one(Math.log), log2: one(Math.log2), log10: one(Math.log10), sqrt: one(Math.sqrt),
  min: { takes: [1, Infinity], of: (values) => Math.min(...values) },
  max: { takes: [1, Infinity], of: (values) => Math.max(...values) },
};
const kOperators: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b, '-': (a, b) => a - b, '*': (a, b) => a * b, '/': (a, b) => a / b, '^': (a, b) => a ** b,
};
export const kFunctionNames: readonly string[] = Object.keys(kFunctions);

const kName = /[\p{L}_][\p{L}\p{N}_.]*/uy;
const kNumber = /(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/y;

class Parser {
  private at = 0;
  private readonly keys: readonly string[];

  constructor(private readonly text: string, known: Iterable<string>) {
    this.keys = [...known].sort((a, b) => b.length - a.length);
  }

  whole(): Expression {
    const expression = this.sum();
    this.space();
    if (this.at < this.text.length) this.fail('an operator is missing');
    return expression;
  }

  private fail(message: string, at = this.at): never {
    throw new ExpressionError(message, at);
  }

  private space(): void {
    while (/\s/.test(this.text.charAt(this.at))) this.at += 1;
  }

  private take(...marks: string[]): string | null {
    this.space();
    const mark = marks.find((one) => this.text.startsWith(one, this.at));
    if (mark === undefined) return null;
    this.at += mark.length;
    return mark;
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) return null;
    this.at += found.length;
    return found;
  }

  private chain(marks: string[], next: () => Expression): Expression {
    let left = next();
    for (let mark = this.take(...marks); mark !== null; mark = this.take(...marks)) {
      left = { kind: 'call', name: mark, of: [left, next()] };
    }
    return left;
  }

  private sum(): Expression {
    return this.chain(['+', '-'], () => this.product());
  }

  private product(): Expression {
    return this.chain(['*', '/'], () => this.signed());
  }

  private signed(): Expression {
    if (this.take('-') !== null) return { kind: 'call', name: '-', of: [{ kind: 'number', value: 0 }, this.signed()] };
    return this.power();
  }

  // To the right: 2^3^2 is 2^9.
  private power(): Expression {
    const base = this.atom();
    return this.take('^') === null ? base : { kind: 'call', name: '^', of: [base, this.signed()] };
  }

  private atom(): Expression {
    if (this.take('(') !== null) {
      const inner = this.sum();
      if (this.take(')') === null) this.fail('a ) is missing');
      return inner;
    }
    this.space();
    const begin = this.at;
    const number = this.match(kNumber);
    if (number !== null) return { kind: 'number', value: Number(number) };
    return this.quoted() ?? this.call() ?? this.bare() ?? this.fail(begin < this.text.length ? 'no key, number or function that is known' : 'something is missing at the end', begin);
  }

  private quoted(): Expression | null {
    const begin = this.at;
    const open = this.take('"', '${');
    if (open === null) return null;
    const end = this.text.indexOf(open === '"' ? '"' : '}', this.at);
    if (end < 0) this.fail(`the ${open === '"' ? 'quotes end' : '} is'} missing`, begin);
    const key = this.text.slice(this.at, end);
    this.at = end + 1;
    return { kind: 'key', key };
  }

  private call(): Expression | null {
    const begin = this.at;
    const name = this.match(kName);
    const meaning = name !== null && Object.hasOwn(kFunctions, name) ? kFunctions[name] : undefined;
    if (name === null || !meaning || this.take('(') === null) {
      this.at = begin;
      return null;
    }
    const of = [this.sum()];
    while (this.take(',') !== null) of.push(this.sum());
    if (this.take(')') === null) this.fail('a ) is missing');
    if (of.length < meaning.takes[0] || of.length > meaning.takes[1]) this.fail(`${name} takes ${meaning.takes[0]} value`, begin);
    return { kind: 'call', name, of };
  }

  private bare(): Expression | null {
    const key = this.keys.find((one) => this.text.startsWith(one, this.at));
    if (key === undefined) return null;
    this.at += key.length;
    return { kind: 'key', key };
  }
}

// Throws ExpressionError.
export function parseExpression(text: string, known: Iterable<string>): Expression {
  return new Parser(text, known).whole();
}

export function keysOfExpression(expression: Expression): string[] {
  const keys = new Set<string>();
  const visit = (one: Expression): void => {
    if (one.kind === 'key') keys.add(one.key);
    if (one.kind === 'call') one.of.forEach(visit);
  };
  visit(expression);
  return [...keys];
}

export function evaluate(expression: Expression, valueOf: (key: string) => number): number {
  if (expression.kind === 'number') return expression.value;
  if (expression.kind === 'key') return valueOf(expression.key);
  const values = expression.of.map((one) => evaluate(one, valueOf));
  const operator = kOperators[expression.name];
  return operator ? operator(values[0]!, values[1]!) : kFunctions[expression.name]!.of(values);
}
