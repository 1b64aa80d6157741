/**
 * Which scopes would open what was refused. Everybody who explains a refusal asks here: `token explain`
 * and `Isthmus-Explain` cannot name different ones. Looks at what `authorise` looks at: the type, what
 * stands behind it, the field, what it answers, and what it is asked with.
 */
import { getNamedType, isCompositeType, isInterfaceType, isObjectType } from 'graphql'
import { meets, type Requirement } from '#shared/rules/requirements.ts'
import type { Generation } from '../supergraph/generation.ts'
import type { Denied } from './denied.ts'
import { possibleTypes } from './possible-fields.ts'

/** One of these lists must be held whole, the shortest first. Empty where no scope opens it. */
export type Alternatives = readonly (readonly string[])[]

type Refused = Pick<Denied, 'coordinate' | 'asksWith'>

/** Lists that are told: rules of many types behind an interface have more combinations than anybody reads. */
const maxAlternatives = 50

export function missingScopes(
  refused: Refused,
  generation: Pick<Generation, 'apiSchema' | 'policies'>,
  held: ReadonlySet<string>,
): Alternatives {
  const unmet = requirementsOf(refused, generation).filter((each) => !meets(held, [each]))
  if (unmet.length === 0) return []
  return unmet.reduce<Alternatives>(
    (alternatives, { grants }) =>
      shortest(
        alternatives.flatMap((all) => grants.map((more) => [...new Set([...all, ...more])])),
      ),
    [[]],
  )
}

/** All of these must be met. */
function requirementsOf(
  { coordinate, asksWith }: Refused,
  { apiSchema, policies }: Pick<Generation, 'apiSchema' | 'policies'>,
): readonly Requirement[] {
  const [name = '', field] = coordinate.split('.')
  const type = apiSchema.getType(name)
  const inputs = policies.protectedInputs.requirements
  const asked = (asksWith === undefined ? undefined : inputs.get(asksWith)) ?? []
  if (field === undefined || !isCompositeType(type)) {
    return [...(policies.requirements.get(name) ?? []), ...asked]
  }
  const definition =
    isObjectType(type) || isInterfaceType(type) ? type.getFields()[field] : undefined
  const coordinates = [
    ...possibleTypes(apiSchema, type).flatMap((each) => [each.name, `${each.name}.${field}`]),
    getNamedType(definition?.type)?.name ?? '',
  ]
  return [...coordinates.flatMap((each) => policies.requirements.get(each) ?? []), ...asked]
}

/** Without those that have all of another one: who holds more holds the less. */
function shortest(alternatives: Alternatives): Alternatives {
  const kept: (readonly string[])[] = []
  for (const all of alternatives.toSorted((one, other) => one.length - other.length)) {
    const has = new Set(all)
    if (!kept.some((fewer) => fewer.every((each) => has.has(each)))) kept.push(all)
  }
  return kept.slice(0, maxAlternatives)
}
