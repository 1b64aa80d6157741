/**
 * The small demo data for tests, made once per version of the generator and shared by all test
 * processes: the folder's name is the hash of everything that decides what is in it.
 */
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seedDemo } from '../../subgraphs/demo/seed.ts'

const subgraphs = join(import.meta.dirname, '../../subgraphs')

/** The folder; read it, do not write in it. */
export function demoData(): string {
  const hash = createHash('sha256')
  const files = globSync(['demo/*.ts', '*/*relations.ts', 'shared/tables.ts'], { cwd: subgraphs })
  for (const file of files.toSorted()) hash.update(readFileSync(join(subgraphs, file)))
  const folder = join(tmpdir(), `isthmus-demo-${hash.digest('hex').slice(0, 16)}`)
  if (existsSync(folder)) return folder
  const fresh = mkdtempSync(join(tmpdir(), 'isthmus-demo-new-'))
  seedDemo({ data: fresh, size: 'small' })
  try {
    renameSync(fresh, folder)
  } catch {
    rmSync(fresh, { recursive: true }) // another process was faster: its folder is the same
  }
  return folder
}
