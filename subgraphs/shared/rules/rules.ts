/**
 * The rules of a schema by coordinate, read from its SDL: a subgraph's own or the composed one. Fails
 * closed: a rule in a place where nobody looks, a policy or mask that nobody knows, and an input that
 * says it reads a field which is not there refuse the whole schema.
 */
import {
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type TypeNode,
} from 'graphql'
import {
  alternatives,
  countRules,
  refused,
  ruleDirectives,
  textArgument,
  type Rule,
} from './directives.ts'
import { isMask, type MaskKind } from './masks.ts'
import { isPolicy } from './policies.ts'
import { policyGrant, type Requirement } from './requirements.ts'

export interface Mask {
  readonly as: MaskKind
  /** Who holds one of these lists whole sees the value as it is. */
  readonly unless: readonly (readonly string[])[]
}

export interface Rules {
  /** What may be read: by `Type` or `Type.field`. */
  readonly requirements: ReadonlyMap<string, readonly Requirement[]>
  /** What may be asked with: by `Input.field`, `Enum.VALUE` or `Type.field(argument:)`. */
  readonly inputs: ReadonlyMap<string, readonly Requirement[]>
  /** Input coordinate → the fields whose values it tells. */
  readonly reads: ReadonlyMap<string, readonly string[]>
  /** What is shown in part: by `Type.field`. */
  readonly masks: ReadonlyMap<string, Mask>
  /** Every scope that some rule names. */
  readonly scopes: ReadonlySet<string>
  /** Every policy that some rule names. */
  readonly policies: ReadonlySet<string>
}

export function rulesOf(document: DocumentNode): Rules {
  const { names, unknown } = ruleDirectives(document)
  const [feature] = unknown
  if (feature !== undefined) {
    throw refused(`it uses ${feature}, which is a security feature that is not enforced yet`)
  }
  const found = collect(document, names)
  const uses = countRules(document, names)
  if (uses !== found.count) {
    throw refused(
      `it has ${uses} rules, of which only ${found.count} stand where they can be enforced`,
    )
  }
  const { requirements, masks, reads, policies } = found
  const scopes = new Set([
    ...[...requirements.values()].flat().flatMap(({ grants }) => grants.flat()),
    ...[...masks.values()].flatMap(({ unless }) => unless.flat()),
  ])
  for (const name of policies) scopes.delete(policyGrant(name))
  return { requirements, masks, scopes, policies, reads, inputs: inputRequirements(found, reads) }
}

interface Found {
  readonly requirements: Map<string, Requirement[]>
  readonly masks: Map<string, Mask>
  /** Input coordinate → the fields whose values it tells. */
  readonly reads: Map<string, string[]>
  readonly policies: Set<string>
  /** `Type.field` → the name of its type. */
  readonly fields: Map<string, string>
  count: number
}

type Place = 'output' | 'field' | 'input'

const placesOf: Readonly<Record<Rule, readonly Place[]>> = {
  authenticated: ['output', 'field'],
  requiresScopes: ['output', 'field'],
  policy: ['output', 'field'],
  masked: ['field'],
  reads: ['input'],
}

function collect(document: DocumentNode, names: ReadonlyMap<string, Rule>): Found {
  const found: Found = {
    requirements: new Map(),
    masks: new Map(),
    reads: new Map(),
    policies: new Set(),
    fields: new Map(),
    count: 0,
  }
  const note = (
    coordinate: string,
    place: Place,
    directives: readonly ConstDirectiveNode[] | undefined,
  ) => {
    for (const directive of directives ?? []) {
      const rule = names.get(directive.name.value)
      if (rule === undefined || !placesOf[rule].includes(place)) continue
      found.count += 1
      noteRule(found, rule, directive, coordinate)
    }
  }
  for (const definition of document.definitions) {
    if (!isTypeDefinitionNode(definition) && !isTypeExtensionNode(definition)) continue
    const type = definition.name.value
    const isInput =
      definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION ||
      definition.kind === Kind.INPUT_OBJECT_TYPE_EXTENSION
    if (!isInput) note(type, 'output', definition.directives)
    if ('values' in definition) {
      for (const { name, directives } of definition.values ?? []) {
        note(`${type}.${name.value}`, 'input', directives)
      }
    }
    for (const field of ('fields' in definition ? definition.fields : undefined) ?? []) {
      const at = `${type}.${field.name.value}`
      note(at, isInput ? 'input' : 'field', field.directives)
      if (isInput) continue
      found.fields.set(at, typeName(field.type))
      for (const { name, directives } of (field as FieldDefinitionNode).arguments ?? []) {
        note(`${at}(${name.value}:)`, 'input', directives)
      }
    }
  }
  return found
}

function noteRule(
  { requirements, masks, reads, policies }: Found,
  rule: Rule,
  directive: ConstDirectiveNode,
  coordinate: string,
): void {
  const needs = (grants: Requirement['grants']) =>
    requirements.set(coordinate, [...(requirements.get(coordinate) ?? []), { grants }])
  switch (rule) {
    case 'authenticated':
      needs([])
      return
    case 'requiresScopes':
      needs(alternatives(directive, 'scopes', coordinate))
      return
    case 'policy': {
      const named = alternatives(directive, 'policies', coordinate)
      for (const name of named.flat()) {
        if (!isPolicy(name)) throw refused(`${coordinate} names the unknown policy "${name}"`)
        policies.add(name)
      }
      needs(named.map((all) => all.map(policyGrant)))
      return
    }
    case 'masked': {
      const as = textArgument(directive, 'as') ?? ''
      if (!isMask(as)) throw refused(`${coordinate} names the unknown mask "${as}"`)
      masks.set(coordinate, { as, unless: alternatives(directive, 'unless', coordinate) })
      return
    }
    case 'reads':
      reads.set(coordinate, [
        ...(reads.get(coordinate) ?? []),
        textArgument(directive, 'field') ?? '',
      ])
  }
}

/** An input needs what the fields need whose values it tells, and to see unmasked what is masked. */
function inputRequirements(
  { requirements, masks, fields }: Found,
  reads: ReadonlyMap<string, readonly string[]>,
): Map<string, readonly Requirement[]> {
  const inputs = new Map<string, readonly Requirement[]>()
  for (const [coordinate, read] of reads) {
    const needed = read.flatMap((field): readonly Requirement[] => {
      const returned = fields.get(field)
      if (returned === undefined) {
        throw refused(`${coordinate} reads "${field}", and there is no such field`)
      }
      const mask = masks.get(field)
      return [
        ...[field.split('.', 1)[0] ?? '', field, returned].flatMap(
          (each) => requirements.get(each) ?? [],
        ),
        ...(mask === undefined ? [] : [{ grants: mask.unless }]),
      ]
    })
    inputs.set(coordinate, needed)
  }
  return inputs
}

const typeName = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : typeName(type.type)
