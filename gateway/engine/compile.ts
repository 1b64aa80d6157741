/**
 * A plan as one function: each node of Apollo's plan becomes a closure, made once. What a node does
 * is here or, for a fetch, in fetch.ts.
 */
import type { FetchNode, PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner'
import { AppError } from '#shared/errors.ts'
import { compileFetch } from './fetch.ts'
import { together } from './join.ts'
import type { Compiling, Step } from './step.ts'

export function compilePlan(plan: QueryPlan, options: Omit<Compiling, 'isWrittenBelow'>): Step {
  if (plan.node === undefined) return () => Promise.resolve()
  const paths = fetchPaths(plan.node, [])
  return compileNode(plan.node, [], {
    ...options,
    isWrittenBelow: (path) =>
      paths.some(
        (other) => other.length > path.length && path.every((part, at) => other[at] === part),
      ),
  })
}

/** `path` is where in the tree the node works. */
function compileNode(
  node: PlanNode | SubscriptionNode,
  path: readonly string[],
  compiling: Compiling,
): Step {
  switch (node.kind) {
    case 'Fetch':
      return compileFetch(node, path, compiling)
    case 'Flatten':
      return compileNode(node.node, [...path, ...node.path.map(String)], compiling)
    case 'Sequence':
      return sequence(node.nodes.map((each) => compileNode(each, path, compiling)))
    case 'Parallel':
      return parallel(compileParallel(node.nodes, path, compiling))
    case 'Condition': // is decided before it is planned
    case 'Defer':
    case 'Subscription':
      throw new AppError('BAD_REQUEST', `A plan with ${node.kind} is not supported.`)
  }
}

/** Fetches of entities from one system are asked together. */
function compileParallel(
  nodes: readonly PlanNode[],
  path: readonly string[],
  compiling: Compiling,
): readonly Step[] {
  const fetches = nodes.map((node) => entityFetchIn(node, path))
  const groups = Map.groupBy(
    fetches.filter((each) => each !== null),
    ({ node }) => node.serviceName,
  )
  const asks = new Map(
    [...groups.values()]
      .filter((group) => group.length > 1)
      .flatMap((group) => {
        const all = together(
          group.map(({ node }) => node),
          compiling.neededScopes,
        )
        return group.map(({ node }, at) => [node, all[at]] as const)
      }),
  )
  return nodes.map((node, at) => {
    const fetch = fetches[at]
    const askEntities = fetch ? asks.get(fetch.node) : undefined
    return fetch && askEntities
      ? compileFetch(fetch.node, fetch.path, { ...compiling, askEntities })
      : compileNode(node, path, compiling)
  })
}

/** The fetch of entities that a node is, with its path. */
function entityFetchIn(
  node: PlanNode,
  path: readonly string[],
): { readonly node: FetchNode; readonly path: readonly string[] } | null {
  if (node.kind === 'Flatten') return entityFetchIn(node.node, [...path, ...node.path.map(String)])
  return node.kind === 'Fetch' && node.requires !== undefined ? { node, path } : null
}

const sequence =
  (steps: readonly Step[]): Step =>
  async (run) => {
    for (const step of steps) await step(run)
  }

const parallel =
  (steps: readonly Step[]): Step =>
  async (run) => {
    await Promise.all(steps.map((step) => step(run)))
  }

function fetchPaths(
  node: PlanNode | SubscriptionNode,
  path: readonly string[],
): readonly (readonly string[])[] {
  switch (node.kind) {
    case 'Fetch':
      return [path]
    case 'Flatten':
      return fetchPaths(node.node, [...path, ...node.path.map(String)])
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap((each) => fetchPaths(each, path))
    case 'Condition':
    case 'Defer':
    case 'Subscription':
      return []
  }
}
