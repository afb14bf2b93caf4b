/** What an expression says about given values: true, false, or undefined where it cannot tell. */
import type { Expression, Value } from './expression.ts';

/** Three-valued: a name without a value, or an order between things that are no numbers, cannot be told; `and` and `or` go on from there. */
export function evaluate(expression: Expression, values: (name: string) => Value | undefined): boolean | undefined {
  switch (expression.op) {
    case 'not': {
      const inner = evaluate(expression.of, values);
      return inner === undefined ? undefined : !inner;
    }
    case 'and':
      return both(evaluate(expression.left, values), () => evaluate(expression.right, values), false);
    case 'or':
      return both(evaluate(expression.left, values), () => evaluate(expression.right, values), true);
    case 'name':
    case 'value': {
      const value = plain(expression, values);
      return typeof value === 'boolean' ? value : undefined;
    }
    default:
      return compare(expression.op, value(expression.left, values), value(expression.right, values));
  }
}

/** Kleene's and (`decides` false) and or (`decides` true). */
function both(left: boolean | undefined, right: () => boolean | undefined, decides: boolean): boolean | undefined {
  if (left === decides) return decides;
  const other = right();
  if (other === decides) return decides;
  return left === undefined ? undefined : other;
}

function plain(expression: Expression, values: (name: string) => Value | undefined): Value | undefined {
  if (expression.op === 'value') return expression.value;
  return expression.op === 'name' ? values(expression.name) : undefined;
}

function value(expression: Expression, values: (name: string) => Value | undefined): Value | undefined {
  return expression.op === 'value' || expression.op === 'name'
    ? plain(expression, values)
    : evaluate(expression, values);
}

function compare(op: string, left: Value | undefined, right: Value | undefined): boolean | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (op === 'in') return typeof right === 'object' && right.some((item) => equal(left, item));
  if (op === '==') return equal(left, right);
  if (op === '!=') return !equal(left, right);
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a === undefined || b === undefined) return undefined;
  if (op === '<') return a < b;
  if (op === '<=') return a <= b;
  return op === '>' ? a > b : a >= b;
}

function equal(left: Value, right: Value): boolean {
  if (typeof left === 'object' && typeof right === 'object')
    return left.length === right.length && left.every((item, index) => item === right[index]);
  if (typeof left === 'number' || typeof right === 'number') {
    const [a, b] = [numberOf(left), numberOf(right)];
    return a !== undefined && a === b;
  }
  return left === right;
}

/** A number, or a text that is nothing but one. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^\s*[-+]?\d{1,15}(\.\d{1,15})?\s*$/.test(value)) return undefined;
  return Number(value);
}
