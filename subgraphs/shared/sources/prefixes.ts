/**
 * Ids of the graph and ids of a source: where a system has several sources, an id of the graph begins
 * with the name of its own, `tw:12`. It is put before a value that leaves the source and taken off one
 * that is bound, so that the SQL and the indexes of the source know nothing of it.
 */
import type { Dialect } from '../dialect.ts'
import { absentKeys } from '../dialects/foreign.ts'
import { AppError } from '../errors.ts'
import type { Column, EntityKey, Relation, Relations } from '../relations.ts'
import type { SourceSettings } from './source-file.ts'

/** By `relation.column`: what its values begin with in the graph, and not in the source. */
export type Prefixes = ReadonlyMap<string, string>

/** Stands between the name of a source and its own id. */
const separator = ':'

/** The name with which an id of the graph begins; null where it begins with none of them. */
export function nameIn(id: string, names: ReadonlySet<string>): string | null {
  const at = id.indexOf(separator)
  const name = at === -1 ? '' : id.slice(0, at)
  return names.has(name) ? name : null
}

/** The ids that a source has with a prefix: its own keys, and those of other systems that it names. */
export function prefixesOf(
  relations: Relations,
  { prefix, references }: Pick<SourceSettings, 'prefix' | 'references'>,
): Prefixes {
  const own = new Set(
    Object.values(relations).flatMap(({ entity, key: [column, ...more] }) =>
      entity !== undefined && more.length === 0 ? [`${entity}.${column}`] : [],
    ),
  )
  const prefixOf = (relation: Relation, name: string, { refersTo }: Column): string | null => {
    if (refersTo === undefined) return isOwnKey(relation, name) ? prefix : null
    return own.has(refersTo) ? prefix : (references[refersTo] ?? null)
  }
  return new Map(
    Object.entries(relations).flatMap(([of, relation]) =>
      Object.entries(relation.columns).flatMap(([name, column]): [string, string][] => {
        if (column.type.kind !== 'id') return []
        const found = prefixOf(relation, name, column)
        return found === null ? [] : [[`${of}.${name}`, `${found}${separator}`]]
      }),
    ),
  )
}

/** A key of one column is an id; what is part of a longer one is a code beside one. */
const isOwnKey = ({ key }: Relation, name: string): boolean => key.length === 1 && key[0] === name

/** The keys of other systems to which the relations refer. */
export function referredTo(relations: Relations): ReadonlySet<EntityKey> {
  const all = Object.values(relations)
  const isOwn = (key: EntityKey) =>
    all.some(({ entity, key: [column, ...more] }) =>
      more.length === 0 ? key === `${entity}.${column}` : false,
    )
  return new Set(
    all
      .flatMap(({ columns }) => Object.values(columns).map(({ refersTo }) => refersTo))
      .filter((key) => key !== undefined)
      .filter((key) => !isOwn(key)),
  )
}

/** The relations with the prefixes of their ids as part of their types. */
export const withPrefixes = <R extends Relations>(relations: R, prefixes: Prefixes): R =>
  prefixes.size === 0
    ? relations
    : (Object.fromEntries(
        Object.entries(relations).map(([name, relation]) => [
          name,
          { ...relation, columns: prefixedColumns(name, relation, prefixes) },
        ]),
      ) as R) // the same relations

const prefixedColumns = (name: string, { columns }: Relation, prefixes: Prefixes) =>
  Object.fromEntries(
    Object.entries(columns).map(([column, of]): [string, Column] => {
      const prefix = prefixes.get(`${name}.${column}`)
      return [column, prefix === undefined ? of : { ...of, type: { ...of.type, prefix } }]
    }),
  )

/** The dialect of a source whose ids have prefixes. */
export const prefixing = (dialect: Dialect): Dialect => ({
  ...dialect,
  encode(value, type, what) {
    const { prefix } = type
    if (prefix === undefined || typeof value !== 'string') return dialect.encode(value, type, what)
    // An id of another source is of no row of this one.
    const own = value.startsWith(prefix) ? value.slice(prefix.length) : absentKeys.text
    return dialect.encode(own, type, what)
  },
  expectOrdered(value, { prefix }) {
    if (prefix === undefined || typeof value !== 'string' || value.startsWith(prefix)) return
    throw new AppError('BAD_USER_INPUT', '"after" takes the cursor of a page of the same source.', {
      details: { argument: 'after' },
    })
  },
  decoder(column, what) {
    const { kind, prefix, origin } = column.type
    if (kind === 'id' && origin === undefined) {
      throw new TypeError(`"${what}" is an id without its column: its prefix is not known`)
    }
    const decode = dialect.decoder(column, what)
    if (prefix === undefined) return decode
    return (value) => {
      const own = decode(value)
      return typeof own === 'string' ? `${prefix}${own}` : own
    }
  },
})
