/**
 * Which directives of a document are rules, by what they are called in it: a subgraph's schema links
 * them through federation, a supergraph one by one; both may rename them (`@link`, specification
 * "core schemas"). Ours are linked by an address of their own.
 */
import {
  Kind,
  visit,
  type ConstDirectiveNode,
  type ConstValueNode,
  type DocumentNode,
} from 'graphql'
import { AppError } from '#shared/errors.ts'

export type Rule = 'authenticated' | 'requiresScopes' | 'policy' | 'reads' | 'masked'

const specs = 'https://specs.apollo.dev/'
export const ourSpec = 'https://isthmus.dev/rules/'

const standard = ['authenticated', 'requiresScopes', 'policy'] as const
const ours = ['reads', 'masked'] as const

export interface RuleDirectives {
  readonly names: ReadonlyMap<string, Rule>
  /** Links that call themselves a security feature, which these are not. */
  readonly unknown: readonly string[]
}

/** Security features that composition itself has carried out: the API schema lacks what they hide. */
const carriedOut = new Set(['inaccessible'])

export function ruleDirectives(document: DocumentNode): RuleDirectives {
  const names = new Map<string, Rule>()
  const unknown: string[] = []
  for (const link of schemaLinks(document)) {
    const url = textArgument(link, 'url') ?? ''
    const feature = url.startsWith(specs) ? url.slice(specs.length).split('/')[0] : undefined
    const rule = standard.find((each) => each === feature)
    if (rule !== undefined) {
      // The main directive of a feature is called like the feature.
      const name = importedAs(link, rule) ?? textArgument(link, 'as') ?? rule
      if (!defines(document, name)) throw refused(`it links ${url}, but does not define @${name}`)
      names.set(name, rule)
    } else if (feature === 'federation') {
      for (const each of standard) names.set(nameIn(link, each, 'federation'), each)
    } else if (url.startsWith(ourSpec)) {
      for (const each of ours) names.set(nameIn(link, each, 'rules'), each)
    } else if (enumArgument(link, 'for') === 'SECURITY' && !carriedOut.has(feature ?? '')) {
      unknown.push(url)
    }
  }
  return { names, unknown }
}

const nameIn = (link: ConstDirectiveNode, rule: Rule, feature: string): string =>
  importedAs(link, rule) ?? `${textArgument(link, 'as') ?? feature}__${rule}`

/** What an imported directive is called; undefined when it is not imported. */
export function importedAs(link: ConstDirectiveNode, directive: string): string | undefined {
  for (const each of listOf(argumentOf(link, 'import'))) {
    if (each.kind === Kind.STRING && each.value === `@${directive}`) return directive
    if (each.kind !== Kind.OBJECT) continue
    const field = (name: string) => {
      const value = each.fields.find((candidate) => candidate.name.value === name)?.value
      return value?.kind === Kind.STRING ? value.value : undefined
    }
    if (field('name') === `@${directive}`) return (field('as') ?? `@${directive}`).slice(1)
  }
  return undefined
}

const defines = (document: DocumentNode, name: string): boolean =>
  document.definitions.some(
    (definition) => definition.kind === Kind.DIRECTIVE_DEFINITION && definition.name.value === name,
  )

export const schemaLinks = (document: DocumentNode): readonly ConstDirectiveNode[] =>
  document.definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION
      ? (definition.directives ?? []).filter(({ name }) => name.value === 'link')
      : [],
  )

/** How often rules are applied anywhere in the document. */
export function countRules(document: DocumentNode, names: ReadonlyMap<string, Rule>): number {
  let uses = 0
  visit(document, {
    Directive: ({ name }) => {
      if (names.has(name.value)) uses += 1
    },
  })
  return uses
}

/** A list of lists of text, none of them empty: one of the lists is to be held whole. */
export function alternatives(
  directive: ConstDirectiveNode,
  argument: string,
  coordinate: string,
): readonly (readonly string[])[] {
  const lists = listOf(argumentOf(directive, argument)).map((inner) =>
    listOf(inner).map((name) => {
      if (name.kind !== Kind.STRING) {
        throw refused(`a name in "${argument}" of ${coordinate} is not text`)
      }
      return name.value
    }),
  )
  if (lists.length === 0 || lists.some((list) => list.length === 0)) {
    throw refused(`${coordinate} names nothing in "${argument}"`)
  }
  return lists
}

const listOf = (value: ConstValueNode | undefined): readonly ConstValueNode[] =>
  value?.kind === Kind.LIST ? value.values : []

export const argumentOf = (
  directive: ConstDirectiveNode,
  argument: string,
): ConstValueNode | undefined =>
  directive.arguments?.find(({ name }) => name.value === argument)?.value

export function textArgument(directive: ConstDirectiveNode, argument: string): string | undefined {
  const value = argumentOf(directive, argument)
  return value?.kind === Kind.STRING ? value.value : undefined
}

function enumArgument(directive: ConstDirectiveNode, argument: string): string | undefined {
  const value = argumentOf(directive, argument)
  return value?.kind === Kind.ENUM ? value.value : undefined
}

export const refused = (why: string): AppError =>
  new AppError('SUPERGRAPH_INVALID', `This schema is refused: ${why}.`)
