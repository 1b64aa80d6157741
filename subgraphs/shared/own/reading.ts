/**
 * A database of Isthmus's own in PostgreSQL, as a subgraph reads it: like a company's own database whose
 * tables are the relations, with the same pool, limits and row rules. Must not know a business noun.
 */
import type { Relations } from '../relations.ts'
import type { Mapping, MappingSet } from '../sources/mapping-set.ts'
import { scanMapping } from '../sources/mapping-text.ts'
import { openConnection } from '../sources/open-connection.ts'
import { openSource, type OpenSource } from '../sources/open-source.ts'
import { quoted } from '../sources/quoted.ts'
import type { OwnAddress } from './address.ts'
import { openOwnDatabase, type OwnDeclaration } from './writing.ts'

/** Made and brought to the declared layout when it is first asked, as a file is. */
export function openOwnSource(address: OwnAddress, declaration: OwnDeclaration): OpenSource {
  const { name, relations } = declaration
  const set = tablesOf(address, relations, name)
  const timeZone = 'UTC' // moments are kept with their zone
  return openSource({
    system: name,
    set,
    timeZone,
    connect: async () => {
      const writing = await openOwnDatabase(address, declaration)
      await writing[Symbol.asyncDispose]()
      return openConnection(set, { system: name, timeZone })
    },
  })
}

/** Each relation is the table of its name. */
const tablesOf = ({ url, tls }: OwnAddress, relations: Relations, name: string): MappingSet => ({
  name,
  folder: '',
  kind: 'postgresql',
  url,
  tls,
  file: null,
  csvFolder: null,
  timeZone: null,
  prefix: null,
  references: {},
  prefixes: new Map(),
  parameters: {},
  base: null,
  asOf: null,
  statementTimeoutMs: undefined,
  pool: undefined,
  mappings: new Map(
    Object.entries(relations).map(([relation, { columns }]): [string, Mapping] => {
      const names = Object.keys(columns).map((column) => quoted(column, 'postgresql'))
      const text = `SELECT ${names.join(', ')} FROM ${quoted(relation, 'postgresql')}`
      const file = `${name}.${relation}`
      return [
        relation,
        {
          relation,
          file,
          text: scanMapping(text, 'postgresql'),
          parameters: [],
          codes: new Map(),
        },
      ]
    }),
  ),
})
