/**
 * Two supergraphs of the same systems: one with the rules of who may read what, and one without them
 * for gateways that refuse such rules or would need another set-up to enforce them.
 */
import { composeServices } from '@apollo/composition'
import { Kind, parse, print, visit, type ConstValueNode, type DocumentNode } from 'graphql'
import type { SubgraphEntry } from '../../gateway/supergraph/compose.ts'

const rules = new Set(['authenticated', 'requiresScopes', 'policy'])

export function composed(
  entries: readonly SubgraphEntry[],
  urls: Readonly<Record<string, string>>,
): string {
  const { supergraphSdl, errors } = composeServices(
    entries.map(({ name, url, sdl }) => ({
      name,
      url: urls[name] ?? url,
      typeDefs: parse(sdl),
    })),
  )
  if (supergraphSdl === undefined) throw new Error(errors?.join('\n'))
  return supergraphSdl
}

/** The schema of a system without its rules, and without the imports of them. */
export const withoutRules = (entry: SubgraphEntry): SubgraphEntry => ({
  ...entry,
  sdl: print(stripped(parse(entry.sdl))),
})

const stripped = (document: DocumentNode): DocumentNode =>
  visit(document, {
    Directive: ({ name }) => (rules.has(name.value) ? null : undefined),
    ListValue: (node) => ({ ...node, values: node.values.filter((value) => !isRule(value)) }),
  })

const isRule = (value: ConstValueNode | { readonly kind: Kind }): boolean =>
  value.kind === Kind.STRING &&
  'value' in value &&
  typeof value.value === 'string' &&
  rules.has(value.value.slice(1))
