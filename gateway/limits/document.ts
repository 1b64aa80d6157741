/**
 * What a document weighs by its text alone, measured once before it is validated: validation and
 * planning take more than linear time over some of these. Fragments count each time they are used,
 * without being written out, so that a bomb of fragments is measured and not exploded.
 */
import {
  Kind,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { AppError } from '#shared/errors.ts'
import { limitRules, type LimitName, type Limits } from './limits.ts'

const counted = ['depth', 'aliases', 'rootFields', 'selections', 'introspections'] as const
const measured = [...counted, 'directives', 'fragments', 'listItems', 'filterTerms'] as const

type Counts = Readonly<Record<(typeof counted)[number], number>>
export type DocumentSize = Readonly<
  Record<(typeof measured)[number] | 'tokens' | 'nesting', number>
>

const nothing: Counts = { depth: 0, aliases: 0, rootFields: 0, selections: 0, introspections: 0 }

/** The largest of each over the document's operations. */
export function measureDocument(
  document: DocumentNode,
  read: Readonly<{ tokens: number; nesting: number }>,
): DocumentSize {
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  )
  const count = createCounter(fragments)
  let largest = nothing
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      largest = combined(largest, count(definition.selectionSet), Math.max)
    }
  }
  return { ...largest, ...measureFlat(document), fragments: fragments.size, ...read }
}

function createCounter(
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): (set: SelectionSetNode) => Counts {
  const known = new Map<string, Counts>()
  const ofFragment = (name: string): Counts => {
    const before = known.get(name)
    if (before !== undefined) return before
    known.set(name, nothing) // in a circle it adds nothing; validation refuses circles
    const fragment = fragments.get(name)
    const counts = fragment === undefined ? nothing : ofSet(fragment.selectionSet)
    known.set(name, counts)
    return counts
  }
  const ofSet = ({ selections }: SelectionSetNode): Counts => {
    let all = nothing
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        all = joined(all, ofFragment(selection.name.value))
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        all = joined(all, ofSet(selection.selectionSet))
      } else {
        const { name, alias, selectionSet } = selection
        const below = selectionSet === undefined ? nothing : ofSet(selectionSet)
        const isIntrospection = name.value === '__schema' || name.value === '__type'
        all = joined(all, {
          depth: below.depth + 1,
          aliases: below.aliases + (alias === undefined || alias.value === name.value ? 0 : 1),
          rootFields: 1,
          selections: below.selections + 1,
          introspections: below.introspections + (isIntrospection ? 1 : 0),
        })
      }
    }
    return all
  }
  return ofSet
}

const combined = (a: Counts, b: Counts, by: (a: number, b: number) => number): Counts => ({
  depth: Math.max(a.depth, b.depth),
  aliases: by(a.aliases, b.aliases),
  rootFields: by(a.rootFields, b.rootFields),
  selections: by(a.selections, b.selections),
  introspections: by(a.introspections, b.introspections),
})

const joined = (a: Counts, b: Counts): Counts => combined(a, b, (left, right) => left + right)

/** What is counted where it stands. */
function measureFlat(document: DocumentNode) {
  let directives = 0
  let listItems = 0
  let filterTerms = 0
  visit(document, {
    Directive: () => void (directives += 1),
    ListValue: ({ values }) => {
      listItems = Math.max(listItems, values.length)
      for (const { kind } of values) if (kind === Kind.OBJECT) filterTerms += 1
    },
  })
  return { directives, listItems, filterTerms }
}

/** Throws with the limit's code when the document is beyond one. */
export function checkDocument(size: DocumentSize, limits: Limits): void {
  if (size.tokens > limits.tokens) throw beyond('tokens', size.tokens, limits)
  if (size.nesting > limits.nesting) throw beyond('nesting', size.nesting, limits)
  for (const name of measured) if (size[name] > limits[name]) throw beyond(name, size[name], limits)
}

/** The error of a limit that something is beyond. */
export function beyond(name: LimitName, value: number, limits: Limits): AppError {
  const { code, meaning } = limitRules[name]
  return new AppError(
    code ?? 'BAD_REQUEST',
    `The limit "${name}" (${meaning}) is ${limits[name]}, but this has ${value}.`,
    { details: { limit: name, maximum: limits[name], actual: value } },
  )
}
