/** An even share where amounts are exact numerics and not scaled integers. */
import { sql, type Expression, type RawBuilder } from 'kysely'
import type { Share } from '../dialect.ts'

/** `cut` cuts towards zero; `numeric` is the exact type that counts are made of. */
export function numericShare(
  { amount, part, parts, places }: Share,
  cut: (value: Expression<unknown>) => Expression<unknown>,
  numeric: RawBuilder<unknown>,
): RawBuilder<string> {
  const unit = sql`(case ${places} when 0 then 1 when 2 then 0.01 else 0.001 end)`
  const units = cut(sql`${amount} / ${unit}`)
  const many = sql`cast(${parts} as ${numeric})`
  const oneMore = sql`(case when ${part} <= abs(mod(${units}, ${many})) then sign(${amount}) else 0 end)`
  const rest = sql`(case ${part} when 1 then ${amount} - ${units} * ${unit} else 0 end)`
  return sql<string>`((${cut(sql`${units} / ${many}`)} + ${oneMore}) * ${unit} + ${rest})`
}
