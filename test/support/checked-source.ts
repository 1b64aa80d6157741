/** `isthmus source check` without its command line: what it finds of an opened mapping set. */
import { openOtherSystems } from '../../gateway/cli/commands/source/check/others.ts'
import { checkSource, type CheckResult } from '../../gateway/cli/commands/source/check/run.ts'
import type { OpenedSource } from '../../gateway/cli/commands/source/opened.ts'
import type { Environment } from '../../gateway/config.ts'

export async function checkOpened(
  opened: OpenedSource,
  env: Environment,
  leastPercent = 80,
): Promise<CheckResult> {
  await using others = await openOtherSystems(opened.config, env)
  return await checkSource(opened, { onProgress: () => undefined, others, leastPercent })
}
