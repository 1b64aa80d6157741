/**
 * How long an answer may be kept: as long as the least of the systems that it comes from allows, by
 * its `cache-control` header, as ApolloGateway reads it. A system that says nothing allows nothing.
 */
export interface CachePolicy {
  restrict(hint: { readonly maxAge?: number; readonly scope?: 'PUBLIC' | 'PRIVATE' }): void
}

/** RFC 9111, section 5.2: directives, some with a value that may be quoted. */
export function restrictBy(policy: CachePolicy, header: string): void {
  const directives = new Map(
    header.split(',').map((directive) => {
      const [name = '', value = ''] = directive.split('=', 2)
      return [name.trim().toLowerCase(), value.trim().replaceAll(/^"|"$/g, '')]
    }),
  )
  const given = directives.get('max-age') ?? ''
  const isKept = /^\d+$/.test(given) && !directives.has('no-store') && !directives.has('no-cache')
  policy.restrict({
    maxAge: isKept ? Number(given) : 0,
    ...(directives.has('private') ? { scope: 'PRIVATE' } : {}),
    ...(directives.has('public') && !directives.has('private') ? { scope: 'PUBLIC' } : {}),
  })
}
