import { invariant, sha256, UserError } from '#core';
import { DIMENSIONLESS, OPERATOR_LIBRARY_VERSION, OPERATORS, type Memory, type Unit } from './operators.ts';

export type Operand = Expression | number;

/** Columns of a bar that an expression may read. `time` is the bar's start in UTC milliseconds. */
const BAR_INPUTS = ['open', 'high', 'low', 'close', 'volume', 'time'] as const;
export type BarInput = (typeof BAR_INPUTS)[number];

const MEMORY_ORDER: readonly Memory[] = ['finite', 'fading', 'cumulative'];

/**
 * A causal function of the bars up to and including this one; an immutable value that builders combine.
 * Equal expressions have equal `id`s, wherever they were built: a graph computes each once.
 * Comparisons and logic give 1, 0 or missing.
 */
export class Expression {
  readonly operator: string;
  readonly parameters: readonly number[];
  readonly inputs: readonly Expression[];
  /** Which of the operator's outputs this is. */
  readonly output: number;
  /** Name of the bar column or external series, '' for all else. */
  readonly label: string;
  /** Identity of the computation, shared by its outputs: 16 hex digits of a SHA-256. */
  readonly nodeId: string;
  readonly id: string;
  /** Rows that are missing at the start, given complete bars. */
  readonly lookback: number;
  readonly memory: Memory;
  /** Price and volume exponents; null when it mixes unlike things. */
  readonly unit: Unit;

  constructor(node: ExpressionNode, output = 0) {
    this.operator = node.operator;
    this.parameters = node.parameters;
    this.inputs = node.inputs;
    this.label = node.label;
    this.nodeId = node.nodeId;
    this.lookback = node.lookback;
    this.memory = node.memory;
    this.output = output;
    this.id = `${node.nodeId}.${output}`;
    this.unit =
      node.operator === 'moments' && output === 1 && node.unit ? { price: 2 * node.unit.price, volume: 2 * node.unit.volume } : node.unit;
  }

  /** Whether a change of the price's or volume's scale leaves it unchanged: only such an expression may be a signal or a feature. */
  get isScaleFree(): boolean {
    return this.unit?.price === 0 && this.unit.volume === 0;
  }

  add(other: Operand): Expression {
    return apply('add', [this, other]);
  }
  sub(other: Operand): Expression {
    return apply('sub', [this, other]);
  }
  mul(other: Operand): Expression {
    return apply('mul', [this, other]);
  }
  /** Missing where the divisor is about zero. */
  div(other: Operand): Expression {
    return apply('div', [this, other]);
  }
  gt(other: Operand): Expression {
    return apply('gt', [this, other]);
  }
  ge(other: Operand): Expression {
    return apply('ge', [this, other]);
  }
  lt(other: Operand): Expression {
    return apply('lt', [this, other]);
  }
  le(other: Operand): Expression {
    return apply('le', [this, other]);
  }
  eq(other: Operand): Expression {
    return apply('eq', [this, other]);
  }
  and(other: Expression): Expression {
    return apply('and', [this, other]);
  }
  or(other: Expression): Expression {
    return apply('or', [this, other]);
  }
  not(): Expression {
    return apply('not', [this]);
  }
  neg(): Expression {
    return apply('neg', [this]);
  }
  abs(): Expression {
    return apply('abs', [this]);
  }
  log(): Expression {
    return apply('log', [this]);
  }
  sqrt(): Expression {
    return apply('sqrt', [this]);
  }
  /** To an integer power. */
  power(exponent: number): Expression {
    return apply('power', [this], [exponent]);
  }
  /** This value `bars` bars ago. */
  delay(bars = 1): Expression {
    return apply('delay', [this], [bars]);
  }
}

type ExpressionNode = Pick<Expression, 'operator' | 'parameters' | 'inputs' | 'label' | 'nodeId' | 'lookback' | 'memory' | 'unit'>;

function node(operator: string, label: string, inputs: readonly Expression[], parameters: readonly number[]): ExpressionNode {
  const spec = OPERATORS.get(operator);
  const key = `${OPERATOR_LIBRARY_VERSION}|${operator}|${label}|${parameters.join(',')}|${inputs.map((input) => input.id).join(',')}`;
  const nodeId = sha256(key).slice(0, 16);
  if (spec === undefined)
    return { operator, label, inputs, parameters, nodeId, lookback: 0, memory: 'finite', unit: sourceUnit(operator, label) };
  const lookback = Math.max(0, ...inputs.map((input) => input.lookback)) + spec.lookback(parameters);
  const memory = MEMORY_ORDER[Math.max(MEMORY_ORDER.indexOf(spec.memory), ...inputs.map((input) => MEMORY_ORDER.indexOf(input.memory)))]!;
  return {
    operator,
    label,
    inputs,
    parameters,
    nodeId,
    lookback,
    memory,
    unit: spec.unit(
      inputs.map((input) => input.unit),
      parameters,
    ),
  };
}

function sourceUnit(operator: string, label: string): Unit {
  if (operator === 'external' || label === 'time') return DIMENSIONLESS;
  return label === 'volume' ? { price: 0, volume: 1 } : { price: 1, volume: 0 };
}

/** A plain number as an expression. */
export function literal(value: number): Expression {
  if (!Number.isFinite(value)) throw new UserError(`${value} is not a number an expression can hold`, 'Use a finite number.');
  return new Expression(node('constant', '', [], [value]));
}

function toExpression(operand: Operand): Expression {
  return typeof operand === 'number' ? literal(operand) : operand;
}

/** One output of an operator. The order of a commutative operator's inputs does not matter to identity. */
export function apply(operator: string, operands: readonly Operand[], parameters: readonly number[] = [], output = 0): Expression {
  return outputsOf(operator, operands, parameters)[output]!;
}

/** All outputs of an operator. */
export function outputsOf(operator: string, operands: readonly Operand[], parameters: readonly number[] = []): readonly Expression[] {
  const spec = OPERATORS.get(operator);
  invariant(spec !== undefined, `no operator ${operator}`);
  let inputs = operands.map(toExpression);
  if (spec.commutative) inputs = inputs.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const made = node(operator, '', inputs, parameters);
  return Array.from({ length: spec.outputs }, (_, output) => new Expression(made, output));
}

function barInput(name: BarInput): Expression {
  return new Expression(node('bar', name, [], []));
}

/** A named series that the caller supplies, known at the bar's close: a model's probability, a regime, a macro figure. Taken as scale-free. */
export function external(name: string): Expression {
  if (!/^[A-Za-z_]\w{0,63}$/.test(name))
    throw new UserError(`"${name}" cannot name an external series`, 'Use letters, digits and _, starting with a letter.');
  return new Expression(node('external', name, [], []));
}

export const open = barInput('open');
export const high = barInput('high');
export const low = barInput('low');
export const close = barInput('close');
export const volume = barInput('volume');
/** Start of the bar, UTC milliseconds. */
export const time = barInput('time');
