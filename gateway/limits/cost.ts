/**
 * Costs of one operation: the estimate before it runs, from its cost tree and variables, and what the
 * answer really had. The estimate is never less, as long as lists keep the sizes that are declared.
 */
import { OperationTypeNode, type OperationDefinitionNode } from 'graphql'
import { AppError } from '#shared/errors.ts'
import { isObject } from '#shared/json.ts'
import { compileSelections, type CostNode, type CostTreeOptions } from './cost-tree.ts'
import { beyond } from './document.ts'
import type { Limits } from './limits.ts'

type Values = Readonly<Record<string, unknown>>

export interface Estimate {
  readonly cost: number
  /** The largest product of page sizes within each other. */
  readonly nestedRows: number
}

export interface OperationCost {
  /** `values` are the variables, checked and with their defaults. */
  estimate(values: Values): Estimate
  /** What an answer cost. `values` as for the estimate. */
  actual(data: unknown, values: Values): number
  /** How many objects may stand at a path of response names. */
  sizeAt(path: readonly string[], values: Values): number
}

/** A question costs something, even when it asks for nothing. */
const leastCost = 1
const mutationCost = 10

export function compileCost(
  { operation, selectionSet }: OperationDefinitionNode,
  options: CostTreeOptions,
): OperationCost {
  const root = options.schema.getRootType(operation)
  const selected = root
    ? compileSelections(selectionSet, root, options)
    : new Map<string, readonly CostNode[]>()
  const base = operation === OperationTypeNode.MUTATION ? mutationCost : 0
  return {
    estimate: (values) => {
      const { cost, nestedRows } = estimateSelected(selected, values)
      return { cost: Math.max(leastCost, base + cost), nestedRows }
    },
    actual: (data, values) => Math.max(leastCost, base + actualSelected(selected, data, values)),
    sizeAt: (path, values) => sizeAt(selected, path, values),
  }
}

const none: Estimate = { cost: 0, nestedRows: 1 }

/** Of an abstract type the dearest one counts. */
export function estimateSelected(selected: CostNode['selected'], values: Values): Estimate {
  let most = none
  for (const nodes of selected.values()) {
    let cost = 0
    let nestedRows = 1
    for (const node of nodes) {
      const each = estimateNode(node, values)
      cost += each.cost
      if (each.nestedRows > nestedRows) nestedRows = each.nestedRows
    }
    most = {
      cost: Math.max(most.cost, cost),
      nestedRows: Math.max(most.nestedRows, nestedRows),
    }
  }
  return most
}

function estimateNode({ weight, once, size, isPaged, selected }: CostNode, values: Values) {
  const below = selected.size === 0 ? none : estimateSelected(selected, values)
  const items = itemsOf(size, values)
  return {
    cost: ownCost(once, items * weight, values) + items * below.cost,
    nestedRows: isPaged ? Math.max(1, items) * below.nestedRows : below.nestedRows,
  }
}

/** Of a field without what is below it. Arguments may make it cheaper, to nothing at best. */
function ownCost(once: CostNode['once'], ofItems: number, values: Values): number {
  const cost = ofItems + (typeof once === 'number' ? once : once(values))
  return cost > 0 ? cost : 0
}

const itemsOf = (size: CostNode['size'], values: Values): number =>
  size === null ? 1 : typeof size === 'number' ? size : size(values)

/** What an object of an answer cost below itself. */
export function actualSelected(
  selected: CostNode['selected'],
  value: unknown,
  values: Values,
): number {
  if (!isObject(value)) return 0
  const typename = value['__typename']
  const [first = []] = selected.values()
  const nodes = (typeof typename === 'string' ? selected.get(typename) : undefined) ?? first
  return nodes.reduce((sum, node) => sum + actualNode(node, value[node.name], values), 0)
}

function actualNode({ once, weight, selected }: CostNode, value: unknown, values: Values): number {
  if (value === undefined) return 0
  const items = (Array.isArray(value) ? value.flat(8) : [value]).filter((item) => item != null)
  const own = ownCost(once, items.length * weight, values)
  if (selected.size === 0) return own
  return items.reduce(
    (sum: number, item: unknown) => sum + actualSelected(selected, item, values),
    own,
  )
}

function sizeAt(
  selected: CostNode['selected'],
  [name, ...rest]: readonly string[],
  values: Values,
): number {
  if (name === undefined) return 1
  if (name === '@') return sizeAt(selected, rest, values)
  let most = 0
  for (const nodes of selected.values()) {
    for (const node of nodes) {
      if (node.name !== name) continue
      most = Math.max(most, itemsOf(node.size, values) * sizeAt(node.selected, rest, values))
    }
  }
  return most
}

/** Throws with the limit's code when an estimate is beyond one. */
export function checkEstimate({ cost, nestedRows }: Estimate, limits: Limits): void {
  if (nestedRows > limits.nestedRows) throw beyond('nestedRows', nestedRows, limits)
  if (cost > limits.cost) {
    throw new AppError(
      'COST_ESTIMATED_TOO_EXPENSIVE',
      `The question may cost ${cost} points, but ${limits.cost} are allowed. Ask for smaller pages or fewer fields.`,
      { details: { limit: 'cost', maximum: limits.cost, actual: cost } },
    )
  }
}
