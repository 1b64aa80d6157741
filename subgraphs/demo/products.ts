/**
 * What Strait Pump Works makes: four levels of bills, costs rolled up from parts, prices, stock,
 * suppliers and what they still owe, production under way.
 */
import { currencies, fromTwd, type People, type Product, type Story } from './company.ts'
import { dateOf, padded, quarterAfter } from './random.ts'

const partNames = [
  'Seal 密封',
  'Bearing 軸承',
  'Shaft 軸',
  'Impeller 葉輪',
  'Bolt set 螺栓組',
  'Casing 泵殼',
  'Motor 馬達',
  'Board 電路板',
  'Sensor 感測器',
  'Cable 電纜',
]
const assemblyNames = [
  'Rotor 轉子',
  'Drive 驅動',
  'Housing 外殼',
  'Control unit 控制單元',
  'Valve core 閥芯',
]
const finished = [
  ['PMP', 'Centrifugal pump 離心泵', 30],
  ['VLV', 'Control valve 控制閥', 20],
  ['CTL', 'Pump controller 泵浦控制器', 10],
] as const
const sites = [
  ['TPE', 'Taipei warehouse 臺北倉', 25_037_000, 121_563_000],
  ['TXG', 'Taichung plant 臺中廠', 24_147_000, 120_673_000],
  ['KHH', 'Kaohsiung warehouse 高雄倉', 22_627_000, 120_301_000],
] as const

/** Parts whose cost nobody calculated, so that the products above them have none either. */
const uncosted = new Set(['PRT-3079', 'PRT-3080'])

interface Item {
  readonly sku: string
  /** In millionths of TWD, null when a part below has none. */
  readonly cost: number | null
}

export function writeProducts(story: Story, people: People): readonly Product[] {
  for (const [id, name, latitude, longitude] of sites) {
    story.write.erp.insert('site', { id, name, latitude, longitude })
  }
  const parts = writeParts(story)
  const subAssemblies = writeMade(story, 'SUB', 20, parts, 3)
  const assemblies = writeMade(story, 'ASM', 24, [...subAssemblies, ...parts.slice(0, 20)], 3)
  const products = finished.flatMap(([prefix, name, count]) =>
    Array.from({ length: count }, (_, at) =>
      writeFinished(story, prefix, name, at, [...assemblies, ...parts]),
    ),
  )
  writeSupply(story, parts, people)
  writeProduction(story, products, people)
  writeMarket(story, products)
  return products
}

function insertProduct({ write }: Story, sku: string, name: string, category: string): void {
  write.erp.insert('product', {
    sku,
    name,
    description: `${name}, ${sku}`,
    category,
    uom: 'PCS',
    lifecycle: sku.endsWith('9') ? 'PHASE_OUT' : 'ACTIVE',
  })
}

function insertStock({ write, random }: Story, sku: string, around: number): void {
  for (const [siteId] of sites) {
    const onHand = random.int(around)
    write.erp.insert('stock', {
      sku,
      siteId,
      onHand: onHand * 1_000,
      reserved: Math.min(onHand, random.int(Math.ceil(around / 4))) * 1_000,
      inTransit: random.int(Math.ceil(around / 5)) * 1_000,
      unit: 'PCS',
    })
  }
}

function writeParts(story: Story): Item[] {
  const { write, random } = story
  return Array.from({ length: 80 }, (_, at) => {
    const sku = `PRT-${3_001 + at}`
    insertProduct(story, sku, `${partNames[at % partNames.length]} ${at + 1}`, 'PART')
    insertStock(story, sku, 400)
    if (uncosted.has(sku)) return { sku, cost: null }
    const cost = random.between(20, 1_500) * 1_000_000
    write.erp.insert('product_cost', {
      sku,
      standardCost: cost,
      material: cost,
      labour: null,
      overhead: null,
      currency: 'TWD',
    })
    return { sku, cost }
  })
}

/** Bill lines of distinct components; returns their cost for one unit. */
function writeBom(
  story: Story,
  sku: string,
  components: readonly Item[],
  lines: number,
): number | null {
  const { write, random, today } = story
  const bomId = `BOM-${sku}-B`
  write.erp.insert('bom', {
    id: `BOM-${sku}-A`,
    sku,
    revision: 'A',
    validFrom: dateOf(today - 1_500),
    validTo: dateOf(today - 701),
  })
  write.erp.insert('bom', {
    id: bomId,
    sku,
    revision: 'B',
    validFrom: dateOf(today - 700),
    validTo: null,
  })
  const chosen = new Set<Item>()
  while (chosen.size < lines) chosen.add(random.pick(components))
  let total: number | null = 0
  for (const [at, component] of [...chosen].entries()) {
    const quantity = random.between(1, 4)
    const scrapPct = random.chance(300) ? random.between(1, 4) : null
    const line = {
      position: (at + 1) * 10,
      componentSku: component.sku,
      quantity: quantity * 1_000,
      unit: 'PCS',
      scrapPct: scrapPct === null ? null : scrapPct * 1_000_000,
      optional: false,
      selectionRule: null,
    }
    write.erp.insert('bom_line', { bomId, ...line })
    if (at === 0) write.erp.insert('bom_line', { bomId: `BOM-${sku}-A`, ...line })
    const cost: number | null =
      component.cost === null
        ? null
        : Math.round((component.cost * quantity * (100 + (scrapPct ?? 0))) / 100)
    total = total === null || cost === null ? null : total + cost
  }
  return total
}

function writeCost({ write, random }: Story, sku: string, material: number | null): number | null {
  if (material === null) return null
  const labour = random.between(50, 400) * 1_000_000
  const overhead = Math.round(labour / 2)
  const standardCost = material + labour + overhead
  write.erp.insert('product_cost', {
    sku,
    standardCost,
    material: null,
    labour,
    overhead,
    currency: 'TWD',
  })
  return standardCost
}

function writeMade(
  story: Story,
  prefix: string,
  count: number,
  components: readonly Item[],
  lines: number,
): Item[] {
  return Array.from({ length: count }, (_, at) => {
    const sku = `${prefix}-${2_001 + at}`
    insertProduct(
      story,
      sku,
      `${assemblyNames[at % assemblyNames.length]} ${prefix} ${at + 1}`,
      'ASSEMBLY',
    )
    insertStock(story, sku, 60)
    return { sku, cost: writeCost(story, sku, writeBom(story, sku, components, lines)) }
  })
}

function writeFinished(
  story: Story,
  prefix: string,
  name: string,
  at: number,
  components: readonly Item[],
): Product {
  const { write, random, today } = story
  const sku = `${prefix}-${1_001 + at}`
  insertProduct(
    story,
    sku,
    `${name} ${100 + at * 5}`,
    prefix === 'PMP' ? 'PUMP' : prefix === 'VLV' ? 'VALVE' : 'CONTROLLER',
  )
  insertStock(story, sku, 40)
  const cost = writeCost(story, sku, writeBom(story, sku, components, 5))
  const price =
    Math.ceil(((cost ?? 30_000_000_000) * random.between(140, 210)) / 100 / 10_000_000) * 10_000_000
  for (const currency of currencies) {
    const thousandths = fromTwd(price / 1_000, currency)
    write.erp.insert('product_price', {
      sku,
      currency,
      validFrom: dateOf(today - 900),
      validTo: dateOf(today - 366),
      price: Math.round(thousandths * 0.95) * 1_000,
    })
    write.erp.insert('product_price', {
      sku,
      currency,
      validFrom: dateOf(today - 365),
      validTo: null,
      price: thousandths * 1_000,
    })
  }
  write.crm.insert('product_text', {
    sku,
    salesText: `${name}: quiet, durable, repairable. 安靜、耐用、易維修。`,
  })
  for (const [assetNo, kind] of [
    [1, 'IMAGE'],
    [2, 'DATA_SHEET'],
  ] as const) {
    write.crm.insert('marketing_asset', {
      sku,
      assetNo,
      url: `https://media.strait-pumps.example/${sku}/${assetNo}`,
      kind,
    })
  }
  return {
    sku,
    category: prefix,
    price,
    cost,
    configurationIds: at < 5 ? writeConfigurations(story, sku, price) : [],
  }
}

function writeConfigurations({ write }: Story, sku: string, price: number): string[] {
  const options = [
    [
      'SEAL',
      'Seal 密封',
      true,
      [
        ['SEAL-STD', 'Standard 標準', 0],
        ['SEAL-HT', 'High temperature 耐高溫', 2_000],
      ],
    ],
    [
      'COAT',
      'Coating 塗層',
      false,
      [
        ['COAT-EPOXY', 'Epoxy 環氧', 1_500],
        ['COAT-CERAMIC', 'Ceramic 陶瓷', 6_000],
      ],
    ],
  ] as const
  for (const [code, name, required, choices] of options) {
    write.erp.insert('config_option', { sku, code, name, required })
    for (const [choice, choiceName, delta] of choices) {
      write.erp.insert('config_choice', {
        sku,
        optionCode: code,
        code: choice,
        name: choiceName,
        priceDelta: delta * 1_000_000,
        currency: 'TWD',
      })
    }
  }
  write.erp.insert('config_exclusion', {
    sku,
    choiceCode: 'SEAL-STD',
    excludesCode: 'COAT-CERAMIC',
  })
  return [
    ['1', ['SEAL-HT', 'COAT-CERAMIC'], true],
    ['2', ['SEAL-STD', 'COAT-CERAMIC'], false],
  ].map(([serial, choices, valid]) => {
    const id = `CFG-${sku}-${String(serial)}`
    write.erp.insert('product_configuration', {
      id,
      sku,
      valid: valid === true,
      price: price + 8_000_000_000,
      currency: 'TWD',
    })
    for (const choiceCode of choices as string[])
      write.erp.insert('configuration_choice', { configurationId: id, choiceCode })
    return id
  })
}

function writeSupply(story: Story, parts: readonly Item[], people: People): void {
  const { write, random, today } = story
  const supplierNos = Array.from({ length: 25 }, (_, at) => {
    const supplierNo = `S${padded(at + 1, 4)}`
    write.erp.insert('supplier', {
      supplierNo,
      name: `${random.pick(['Formosa', 'Pacific', 'Island', 'Dragon'])} ${random.pick(['Castings', 'Bearings', 'Electronics', 'Fasteners'])} ${at + 1} 供應商`,
      leadTimeDays: random.between(7, 45),
    })
    return supplierNo
  })
  for (const [at, { sku, cost }] of parts.entries()) {
    const offers = new Set([supplierNos[at % supplierNos.length] ?? '', random.pick(supplierNos)])
    for (const [rank, supplierNo] of [...offers].entries()) {
      write.erp.insert('supplier_offer', {
        sku,
        supplierNo,
        price: Math.round((cost ?? 500_000_000) * (1 + rank * 0.1)),
        currency: 'TWD',
        minimumQuantity: random.chance(600) ? 50_000 : null,
        unit: 'PCS',
        leadTimeDays: random.between(5, 40),
        preferred: rank === 0,
      })
    }
  }
  for (let at = 1; at <= 300; at += 1) writePurchase(story, at, parts, supplierNos, people, today)
}

function writePurchase(
  { write, random }: Story,
  serial: number,
  parts: readonly Item[],
  supplierNos: readonly string[],
  people: People,
  today: number,
): void {
  const orderedOn = today - random.between(0, 500)
  const isOpen = orderedOn > today - 40
  const poNo = `PO-${dateOf(orderedOn).slice(0, 4)}-${padded(serial, 5)}`
  const supplierNo = random.pick(supplierNos)
  const received = isOpen && random.chance(200)
  let total = 0
  for (let lineNo = 1; lineNo <= random.between(1, 3); lineNo += 1) {
    const part = random.pick(parts)
    const quantity = random.between(20, 300)
    const net = Math.round(((part.cost ?? 500_000_000) * quantity) / 1_000 / 10) * 10
    total += net
    write.erp.insert('purchase_order_line', {
      poNo,
      lineNo,
      sku: part.sku,
      quantity: quantity * 1_000,
      received: (isOpen ? (received ? Math.floor(quantity / 2) : 0) : quantity) * 1_000,
      unit: 'PCS',
      expectedOn: dateOf(orderedOn + random.between(20, 55)),
      isOpen,
      net,
      currency: 'TWD',
    })
  }
  write.erp.insert('purchase_order', {
    poNo,
    supplierNo,
    status: isOpen ? (received ? 'PARTIALLY_RECEIVED' : 'CONFIRMED') : 'RECEIVED',
    orderedOn: dateOf(orderedOn),
    onTime: isOpen ? null : random.chance(820),
    total,
    currency: 'TWD',
    buyerNo: random.pick(people.buyers).employeeNo,
  })
  if (!isOpen) {
    const paid = orderedOn < today - 90
    write.finance.insert('supplier_invoice', {
      supplierInvoiceNo: `SI-${poNo}`,
      supplierNo,
      issuedOn: dateOf(Math.min(orderedOn + 35, today)),
      dueOn: dateOf(orderedOn + 80),
      gross: total,
      openAmount: paid ? 0 : total,
      currency: 'TWD',
    })
  }
}

function writeProduction(
  { write, random, today }: Story,
  products: readonly Product[],
  people: People,
): void {
  for (const [at, { sku }] of products.entries()) {
    for (let run = 0; run < 2; run += 1) {
      const dueOn = today + random.between(-6, 40)
      write.erp.insert('production_order', {
        id: `MO-STOCK-${padded(at * 2 + run + 1, 4)}`,
        sku,
        quantity: random.between(5, 40) * 1_000,
        unit: 'PCS',
        status: random.pick(['PLANNED', 'RELEASED', 'STARTED']),
        isOpen: true,
        plannedStartOn: dateOf(dueOn - 14),
        dueOn: dateOf(dueOn),
        supervisorNo: random.pick(people.supervisors).employeeNo,
      })
    }
  }
}

function writeMarket({ write, random, today }: Story, products: readonly Product[]): void {
  for (const { sku } of products.slice(0, 20)) {
    for (const region of ['N', 'C', 'S']) {
      for (const offset of [-2, -1, 0]) {
        const periodKey = quarterAfter(today, offset)
        write.erp.insert('market_datum', {
          id: `MD-${sku}-${region}-${periodKey}`,
          sku,
          region,
          periodKey,
          marketSize: random.between(5, 80) * 1_000_000_000,
          currency: 'TWD',
          priceIndex: random.between(95, 115) * 1_000_000,
          source: 'Industry association 產業公會',
        })
      }
    }
  }
}
