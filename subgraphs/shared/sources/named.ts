/**
 * The names of the sources of one system: how a filter names one, and what is said where it has to.
 */
import { ValueNode, type FunctionNode } from 'kysely'
import { AppError } from '../errors.ts'

export interface NamedSource {
  readonly name: string
  /** The names of all sources of the system. */
  readonly all: readonly string[]
}

/** Whether `ofSource(…)` is about this source; throws BAD_USER_INPUT where it is about none. */
export function isOfSource({ arguments: args }: FunctionNode, source?: NamedSource): boolean {
  const [node] = args
  const name = node !== undefined && ValueNode.is(node) ? String(node.value) : ''
  expectSource(name, source?.all ?? [])
  return name === source?.name
}

/** Throws BAD_USER_INPUT where a system has no source of that name. */
export function expectSource(name: string, all: readonly string[]): void {
  if (!all.includes(name)) throw unknownSource(name, all)
}

const unknownSource = (name: string, all: readonly string[]): AppError =>
  new AppError(
    'BAD_USER_INPUT',
    all.length === 0
      ? `There is no source "${name}": this system has one source without a name, so leave "source" out.`
      : `There is no source "${name}": the sources of this system are ${listed(all, 'and')}.`,
    { details: { argument: 'source', sources: all } },
  )

const listed = (names: readonly string[], joint: 'and' | 'or'): string =>
  names.map((name) => `"${name}"`).join(` ${joint} `)

/**
 * A statement could have rows of several sources. A loader, whose keys may be of several, asks for those
 * of each source apart; whoever else hears it is told to name one.
 */
export class SourceRequired extends AppError {
  /** The name with which an id of the graph begins; null where it begins with none. */
  readonly nameOf: (id: string) => string | null

  constructor(system: string, names: readonly string[], nameOf: (id: string) => string | null) {
    super(
      'SOURCE_REQUIRED',
      `"${system}" has several sources: name one with "source", ${listed(names, 'or')}.`,
      { details: { argument: 'source', sources: names } },
    )
    this.nameOf = nameOf
  }
}
