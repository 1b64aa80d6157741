/**
 * Which columns of a relation are masked in a sample: those that the schema protects under the same name,
 * those of relations and types that are protected whole, and personal data by its name.
 */
import { parse, type ConstDirectiveNode } from 'graphql'
import type { Relation } from '#shared/relations.ts'
import { snakeOf } from '#shared/sources/secrets.ts'

const protecting: ReadonlySet<string> = new Set(['requiresScopes', 'policy', 'masked'])

const personal =
  /(^|_)(email|phone|mobile|fax|born|birth|birthday|salary|pay|bonus|tax|iban|bic|bank|street|line1|line2|postal|postcode|passport|ssn|national)(_|$)|(first|last|middle)_name|contact_name/

const isProtected = (directives: readonly ConstDirectiveNode[] | undefined): boolean =>
  directives?.some(({ name }) => protecting.has(name.value)) ?? false

export function sensitiveColumns(
  name: string,
  relation: Relation,
  schema: string,
): ReadonlySet<string> {
  const columns = Object.keys(relation.columns)
  const type = name.replaceAll(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())
  const fields = new Set<string>()
  let isWhole = relation.guard !== undefined
  for (const definition of parse(schema).definitions) {
    if (definition.kind !== 'ObjectTypeDefinition' && definition.kind !== 'ObjectTypeExtension')
      continue
    if (definition.name.value === type && isProtected(definition.directives)) isWhole = true
    for (const field of definition.fields ?? []) {
      if (isProtected(field.directives)) fields.add(field.name.value)
    }
  }
  return new Set(
    columns.filter(
      (column) =>
        (isWhole && !relation.key.includes(column)) ||
        fields.has(column) ||
        personal.test(snakeOf(column)),
    ),
  )
}
