/**
 * The rules of the schema: which scopes a type or field needs, extracted from the composed SDL.
 * Fails closed: a security feature this file does not know, or a rule in a place it does not look,
 * refuses the whole supergraph. Enforcement is in request/authorise.ts.
 */
import {
  isTypeDefinitionNode,
  Kind,
  visit,
  type ConstDirectiveNode,
  type ConstValueNode,
  type DocumentNode,
} from 'graphql'
import { AppError } from '#shared/errors.ts'

export interface Requirement {
  /** The scopes: one of these lists must be held whole. Empty: being authenticated is enough. */
  readonly scopes: readonly (readonly string[])[]
}

export interface PolicyIndex {
  /** By `Type` or `Type.field`. */
  readonly requirements: ReadonlyMap<string, readonly Requirement[]>
  /** Every scope that some rule names. */
  readonly scopes: ReadonlySet<string>
}

const specs = 'https://specs.apollo.dev/'

/** Security features that composition itself has carried out: the API schema lacks what they hide. */
const carriedOut = new Set(['inaccessible'])

/** Which directives of the supergraph are rules, by what they are called in it. */
function ruleNames(
  document: DocumentNode,
): ReadonlyMap<string, 'authenticated' | 'requiresScopes'> {
  const names = new Map<string, 'authenticated' | 'requiresScopes'>()
  for (const link of schemaLinks(document)) {
    const url = textArgument(link, 'url') ?? ''
    const feature = url.startsWith(specs) ? url.slice(specs.length).split('/')[0] : undefined
    if (feature === 'authenticated' || feature === 'requiresScopes') {
      const name = directiveName(link, feature)
      if (!defines(document, name)) {
        throw refused(`it links ${url}, but does not define @${name}`)
      }
      names.set(name, feature)
    } else if (enumArgument(link, 'for') === 'SECURITY' && !carriedOut.has(feature ?? '')) {
      throw refused(`it uses ${url}, which is a security feature that is not enforced yet`)
    }
  }
  return names
}

/** What a feature's main directive is called: imported by another name, under a prefix, or as it is. */
function directiveName(link: ConstDirectiveNode, feature: string): string {
  const imports = listOf(argumentOf(link, 'import'))
  for (const each of imports) {
    if (each.kind !== Kind.OBJECT) continue
    const field = (name: string) => {
      const value = each.fields.find((candidate) => candidate.name.value === name)?.value
      return value?.kind === Kind.STRING ? value.value : undefined
    }
    if (field('name') === `@${feature}`) return (field('as') ?? `@${feature}`).slice(1)
  }
  return textArgument(link, 'as') ?? feature
}

const defines = (document: DocumentNode, name: string): boolean =>
  document.definitions.some(
    (definition) => definition.kind === Kind.DIRECTIVE_DEFINITION && definition.name.value === name,
  )

const schemaLinks = (document: DocumentNode): readonly ConstDirectiveNode[] =>
  document.definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION
      ? (definition.directives ?? []).filter(({ name }) => name.value === 'link')
      : [],
  )

export function policyIndex(document: DocumentNode): PolicyIndex {
  const names = ruleNames(document)
  const requirements = new Map<string, Requirement[]>()
  let found = 0
  const note = (coordinate: string, directives: readonly ConstDirectiveNode[] | undefined) => {
    for (const directive of directives ?? []) {
      const rule = names.get(directive.name.value)
      if (rule === undefined) continue
      found += 1
      const scopes = rule === 'authenticated' ? [] : scopesOf(directive, coordinate)
      requirements.set(coordinate, [...(requirements.get(coordinate) ?? []), { scopes }])
    }
  }
  for (const definition of document.definitions) {
    if (!isTypeDefinitionNode(definition) || definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION)
      continue
    note(definition.name.value, definition.directives)
    if (!('fields' in definition)) continue
    for (const field of definition.fields ?? []) {
      note(`${definition.name.value}.${field.name.value}`, field.directives)
    }
  }
  const uses = countUses(document, names)
  if (uses !== found) {
    throw refused(`it has ${uses} rules, of which only ${found} stand where they can be enforced`)
  }
  const scopes = [...requirements.values()].flat().flatMap((each) => each.scopes.flat())
  return { requirements, scopes: new Set(scopes) }
}

function countUses(document: DocumentNode, names: ReadonlyMap<string, unknown>): number {
  let uses = 0
  visit(document, {
    Directive: ({ name }) => {
      if (names.has(name.value)) uses += 1
    },
  })
  return uses
}

function scopesOf(
  directive: ConstDirectiveNode,
  coordinate: string,
): readonly (readonly string[])[] {
  const lists = listOf(argumentOf(directive, 'scopes')).map((inner) =>
    listOf(inner).map((scope) => {
      if (scope.kind !== Kind.STRING) throw refused(`a scope of ${coordinate} is not text`)
      return scope.value
    }),
  )
  if (lists.length === 0 || lists.some((list) => list.length === 0)) {
    throw refused(`${coordinate} names no scope`)
  }
  return lists
}

const listOf = (value: ConstValueNode | undefined): readonly ConstValueNode[] =>
  value?.kind === Kind.LIST ? value.values : []

const argumentOf = (directive: ConstDirectiveNode, argument: string): ConstValueNode | undefined =>
  directive.arguments?.find(({ name }) => name.value === argument)?.value

function textArgument(directive: ConstDirectiveNode, argument: string): string | undefined {
  const value = argumentOf(directive, argument)
  return value?.kind === Kind.STRING ? value.value : undefined
}

function enumArgument(directive: ConstDirectiveNode, argument: string): string | undefined {
  const value = argumentOf(directive, argument)
  return value?.kind === Kind.ENUM ? value.value : undefined
}

const refused = (why: string): AppError =>
  new AppError('SUPERGRAPH_INVALID', `This supergraph is refused: ${why}.`)

/** Stands among the scopes of a caller who is known, where a caller may be nobody. */
export const knownCaller = '@authenticated'

/** The same rules where a caller may be nobody: being known is then a scope like any other. */
export const withNobody = ({ requirements, scopes }: PolicyIndex): PolicyIndex => ({
  scopes,
  requirements: new Map(
    [...requirements].map(([coordinate, each]) => [
      coordinate,
      each.map((one) => (one.scopes.length === 0 ? { scopes: [[knownCaller]] } : one)),
    ]),
  ),
})

/** Whether a caller with these scopes meets all requirements. */
export const meets = (
  scopes: ReadonlySet<string>,
  requirements: readonly Requirement[] | undefined,
): boolean =>
  (requirements ?? []).every(
    ({ scopes: alternatives }) =>
      alternatives.length === 0 ||
      alternatives.some((all) => all.every((scope) => scopes.has(scope))),
  )
