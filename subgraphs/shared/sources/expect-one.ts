/** A database of a system with several sources knows of which of them a statement can have rows. */
import type { OperationNode } from 'kysely'

export type ExpectOne = (statement: OperationNode) => void

const ofDatabases = new WeakMap<object, ExpectOne>()

export const declareSources = (db: object, expectOne: ExpectOne): void => {
  ofDatabases.set(db, expectOne)
}

/**
 * Throws SOURCE_REQUIRED where a statement to the database can have rows of several sources. It is made
 * only where there are several.
 */
export const expectOneSource = (
  db: object,
  statement: () => { toOperationNode(): OperationNode },
): void => {
  ofDatabases.get(db)?.(statement().toOperationNode())
}
