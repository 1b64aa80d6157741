/** The connection to the database of a mapping set: only the driver that is needed is loaded. */
import type { SourceConnection } from './connection.ts'
import type { MappingSet } from './mapping-set.ts'

export interface ConnectionOptions {
  /** The name in supergraph.yaml, for messages. */
  readonly system: string
  /** In which times without an offset are meant, IANA name. */
  readonly timeZone: string
}

export async function openConnection(
  set: Pick<
    MappingSet,
    'kind' | 'url' | 'file' | 'csvFolder' | 'statementTimeoutMs' | 'pool' | 'tls'
  >,
  { system, timeZone }: ConnectionOptions,
): Promise<SourceConnection> {
  switch (set.kind) {
    case 'sqlite': {
      if (set.csvFolder !== null) {
        const { openCsvFolder } = await import('./csv.ts')
        return openCsvFolder({ system, timeZone, folder: set.csvFolder })
      }
      const { openSqlite } = await import('./sqlite.ts')
      return openSqlite({ system, timeZone, file: set.file ?? '' })
    }
    case 'postgresql': {
      const { openPostgresql } = await import('./postgresql.ts')
      return openPostgresql({ ...set, system, url: set.url ?? '' })
    }
    case 'mysql': {
      const { openMysql } = await import('./mysql.ts')
      return openMysql({ ...set, system, url: set.url ?? '' })
    }
  }
}
