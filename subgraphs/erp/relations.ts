/**
 * The relations of the ERP database: products and bills of material, stock and supply, sales
 * orders, production, shipments, plans. Customers are known here by their ERP number only.
 */
import {
  amount,
  belongsTo,
  boolean,
  date,
  decimal,
  defineRelations,
  id,
  instant,
  integer,
  isOneOf,
  nullable,
  oneOf,
  quantity,
  rate,
  text,
  unitPrice,
} from '#shared/relations.ts'

export const lifecycles = ['DESIGN', 'ACTIVE', 'PHASE_OUT', 'OBSOLETE'] as const
export const orderChannels = [
  'DIRECT',
  'DISTRIBUTOR',
  'ONLINE_MALL',
  'CALL_CENTRE',
  'PARTNER_API',
] as const
export const orderStatuses = [
  'DRAFT',
  'SUBMITTED',
  'CREDIT_HOLD',
  'CONFIRMED',
  'IN_PRODUCTION',
  'READY',
  'PARTIALLY_SHIPPED',
  'SHIPPED',
  'INVOICED',
  'COMPLETED',
  'CANCELLED',
] as const
export const holdKinds = ['CREDIT', 'MATERIAL', 'QUALITY', 'CUSTOMER'] as const
export const shipmentStatuses = [
  'PLANNED',
  'PICKED',
  'IN_TRANSIT',
  'DELIVERED',
  'FAILED',
  'RETURNED',
] as const
export const productionStatuses = ['PLANNED', 'RELEASED', 'STARTED', 'FINISHED', 'CLOSED'] as const
export const purchaseStatuses = ['ORDERED', 'CONFIRMED', 'PARTIALLY_RECEIVED', 'RECEIVED'] as const
export const workItemStatuses = ['OPEN', 'CLAIMED', 'DONE', 'CANCELLED'] as const

const ofCustomer = {
  own_customers: isOneOf('erpCustomerNo', 'erpCustomerNo'),
  region_customers: belongsTo('customer', { erpCustomerNo: 'erpCustomerNo' }),
}
const inOrder = belongsTo('sales_order', { orderNo: 'orderNo' })
const ofOrder = { own_customers: inOrder, region_customers: inOrder, own_orders: inOrder }
const forAll = {
  own_customers: 'ALL' as const,
  region_customers: 'ALL' as const,
  own_orders: 'ALL' as const,
}

export const relations = defineRelations({
  customer: {
    description: 'The ERP’s customer record: terms and price list.',
    columns: {
      erpCustomerNo: id(),
      name: text(),
      currency: text(),
      priceList: nullable(id()),
      paymentTerms: nullable(text()),
      /** The sales region that its orders are taken in. */
      region: nullable(id()),
    },
    key: ['erpCustomerNo'],
    indexes: [['name'], ['region']],
    rules: {
      own_customers: ofCustomer.own_customers,
      region_customers: isOneOf('region', 'region'),
    },
  },
  customer_particulars: {
    description: 'By what the ERP’s customer is recognised: its tax number, address, telephone.',
    columns: {
      erpCustomerNo: id(),
      legalName: nullable(text()),
      taxRegistrationNo: nullable(text()),
      line1: nullable(text()),
      city: nullable(text()),
      postalCode: nullable(text()),
      phone: nullable(text()),
    },
    key: ['erpCustomerNo'],
    rules: ofCustomer,
  },
  product: {
    description: 'Everything that is made, bought or sold.',
    columns: {
      sku: id(),
      name: text(),
      description: nullable(text()),
      category: nullable(id()),
      uom: text(),
      lifecycle: oneOf(lifecycles),
    },
    key: ['sku'],
    indexes: [['name'], ['category', 'name']],
    rules: { ...forAll, own_supplier: belongsTo('supplier_offer', { sku: 'sku' }) },
  },
  product_cost: {
    description:
      'What one unit costs: bought parts have material, made ones labour and overhead too.',
    columns: {
      sku: id(),
      /** The whole standard cost of one unit. */
      standardCost: unitPrice(),
      /** Own material; null for a made product, whose material is its bill. */
      material: nullable(unitPrice()),
      labour: nullable(unitPrice()),
      overhead: nullable(unitPrice()),
      currency: text(),
    },
    key: ['sku'],
  },
  product_price: {
    description: 'List prices by currency and date.',
    columns: {
      sku: id(),
      currency: text(),
      validFrom: date(),
      validTo: nullable(date()),
      price: unitPrice(),
    },
    key: ['sku', 'currency', 'validFrom'],
    rules: forAll,
  },
  bom: {
    description: 'A revision of a product’s bill of materials.',
    columns: {
      id: id(),
      sku: id(),
      revision: text(),
      validFrom: date(),
      validTo: nullable(date()),
    },
    key: ['id'],
    indexes: [['sku', 'validFrom']],
  },
  bom_line: {
    description: 'A component of a bill, per one unit of the product.',
    columns: {
      bomId: id(),
      position: integer(),
      componentSku: id(),
      quantity: quantity(),
      unit: text(),
      /** Percent lost in production. */
      scrapPct: nullable(rate()),
      optional: boolean(),
      selectionRule: nullable(text()),
    },
    key: ['bomId', 'position'],
    indexes: [['componentSku']],
  },
  config_option: {
    description: 'What can be chosen when a product is configured.',
    columns: { sku: id(), code: id(), name: text(), required: boolean() },
    key: ['sku', 'code'],
    rules: forAll,
  },
  config_choice: {
    description: 'A choice of an option.',
    columns: {
      sku: id(),
      optionCode: id(),
      code: id(),
      name: text(),
      priceDelta: nullable(unitPrice()),
      currency: nullable(text()),
    },
    key: ['sku', 'optionCode', 'code'],
    rules: forAll,
  },
  config_exclusion: {
    description: 'Choices that cannot be combined.',
    columns: { sku: id(), choiceCode: id(), excludesCode: id() },
    key: ['sku', 'choiceCode', 'excludesCode'],
    rules: forAll,
  },
  product_configuration: {
    description: 'A product as somebody configured it.',
    columns: {
      id: id(),
      sku: id(),
      valid: boolean(),
      price: nullable(unitPrice()),
      currency: nullable(text()),
    },
    key: ['id'],
    indexes: [['sku']],
  },
  configuration_choice: {
    description: 'The choices of a configuration.',
    columns: { configurationId: id(), choiceCode: id() },
    key: ['configurationId', 'choiceCode'],
  },
  site: {
    description: 'Plants and warehouses.',
    columns: {
      id: id(),
      name: text(),
      latitude: nullable(decimal(9, 6)),
      longitude: nullable(decimal(9, 6)),
    },
    key: ['id'],
    rules: forAll,
  },
  stock: {
    description: 'Stock of a product at a site.',
    columns: {
      sku: id(),
      siteId: id(),
      onHand: quantity(),
      reserved: quantity(),
      inTransit: quantity(),
      unit: text(),
    },
    key: ['sku', 'siteId'],
    rules: forAll,
  },
  supplier: {
    description: 'Who sells to us.',
    columns: { supplierNo: id(), name: text(), leadTimeDays: nullable(integer()) },
    key: ['supplierNo'],
    indexes: [['name']],
    rules: { own_supplier: isOneOf('supplierNo', 'supplierNo') },
  },
  supplier_offer: {
    description: 'The price and terms at which a supplier sells a product.',
    columns: {
      sku: id(),
      supplierNo: id(),
      price: unitPrice(),
      currency: text(),
      minimumQuantity: nullable(quantity()),
      unit: text(),
      leadTimeDays: integer(),
      preferred: boolean(),
    },
    key: ['sku', 'supplierNo'],
    indexes: [['supplierNo']],
    rules: { own_supplier: isOneOf('supplierNo', 'supplierNo') },
  },
  purchase_order: {
    description: 'What we ordered from a supplier.',
    columns: {
      poNo: id(),
      supplierNo: id(),
      status: oneOf(purchaseStatuses),
      orderedOn: date(),
      /** Whether every line came by its expected day; null while open. */
      onTime: nullable(boolean()),
      total: amount(),
      currency: text(),
      buyerNo: nullable(id()),
    },
    key: ['poNo'],
    indexes: [['supplierNo', 'orderedOn'], ['orderedOn'], ['total']],
    rules: { own_supplier: isOneOf('supplierNo', 'supplierNo') },
  },
  purchase_order_line: {
    description: 'A line of a purchase order.',
    columns: {
      poNo: id(),
      lineNo: integer(),
      sku: id(),
      quantity: quantity(),
      received: quantity(),
      unit: text(),
      expectedOn: nullable(date()),
      isOpen: boolean(),
      net: amount(),
      currency: text(),
    },
    key: ['poNo', 'lineNo'],
    indexes: [['sku', 'isOpen', 'expectedOn']],
    rules: { own_supplier: belongsTo('purchase_order', { poNo: 'poNo' }) },
  },
  sales_order: {
    description: 'A customer’s order.',
    columns: {
      orderNo: id(),
      erpCustomerNo: id(),
      channel: oneOf(orderChannels),
      status: oneOf(orderStatuses),
      /** Something is left to ship, and it was not called off. */
      isOpen: boolean(),
      orderedAt: instant(),
      orderedOn: date(),
      requestedOn: nullable(date()),
      promisedOn: nullable(date()),
      salespersonNo: nullable(id()),
      net: amount(),
      /** Net value of what was shipped. */
      shippedNet: amount(),
      /** Standard cost of the order; null when a product of it has none. */
      cost: nullable(amount()),
      currency: text(),
      version: integer(),
    },
    key: ['orderNo'],
    indexes: [
      ['erpCustomerNo', 'orderedAt'],
      ['salespersonNo', 'orderedAt'],
      ['salespersonNo', 'orderedOn'],
      ['orderedAt'],
      ['orderedOn'],
      ['promisedOn'],
      ['net'],
      ['isOpen', 'promisedOn'],
    ],
    rules: { ...ofCustomer, own_orders: isOneOf('salespersonNo', 'employeeNo') },
  },
  sales_order_line: {
    description: 'A line of an order.',
    columns: {
      orderNo: id(),
      lineNo: integer(),
      sku: id(),
      configurationId: nullable(id()),
      quantity: quantity(),
      shipped: quantity(),
      unit: text(),
      netPrice: unitPrice(),
      net: amount(),
      shippedNet: amount(),
      cost: nullable(amount()),
      currency: text(),
    },
    key: ['orderNo', 'lineNo'],
    indexes: [['sku']],
    rules: ofOrder,
  },
  order_hold: {
    description: 'Why an order does not go on.',
    columns: {
      orderNo: id(),
      kind: oneOf(holdKinds),
      since: instant(),
      releasedAt: nullable(instant()),
      reason: nullable(text()),
    },
    key: ['orderNo', 'kind'],
    rules: ofOrder,
  },
  shipment: {
    description: 'Goods on their way to a customer.',
    columns: {
      id: id(),
      erpCustomerNo: id(),
      status: oneOf(shipmentStatuses),
      carrier: nullable(text()),
      trackingNo: nullable(text()),
      siteId: nullable(id()),
      handlerNo: nullable(id()),
      shippedAt: nullable(instant()),
      promisedOn: nullable(date()),
      deliveredAt: nullable(instant()),
      deliveredOn: nullable(date()),
      /** Null until delivered. */
      onTime: nullable(boolean()),
      /** Hours after the end of the promised day, 0 when on time, null until delivered. */
      delayHours: nullable(integer()),
      latitude: nullable(decimal(9, 6)),
      longitude: nullable(decimal(9, 6)),
    },
    key: ['id'],
    indexes: [['erpCustomerNo'], ['handlerNo', 'deliveredOn'], ['deliveredOn'], ['promisedOn']],
    rules: ofCustomer,
  },
  shipment_order: {
    description: 'Which orders a shipment carries.',
    columns: { shipmentId: id(), orderNo: id() },
    key: ['shipmentId', 'orderNo'],
    indexes: [['orderNo']],
    rules: ofOrder,
  },
  production_order: {
    description: 'What is being made.',
    columns: {
      id: id(),
      sku: id(),
      quantity: quantity(),
      unit: text(),
      status: oneOf(productionStatuses),
      /** Not yet finished. */
      isOpen: boolean(),
      plannedStartOn: nullable(date()),
      dueOn: nullable(date()),
      supervisorNo: nullable(id()),
    },
    key: ['id'],
    indexes: [['sku', 'isOpen', 'dueOn'], ['dueOn']],
  },
  production_order_demand: {
    description: 'For which sales orders something is made.',
    columns: { productionOrderId: id(), orderNo: id() },
    key: ['productionOrderId', 'orderNo'],
    indexes: [['orderNo']],
  },
  sales_plan: {
    description: 'The target of a salesperson, region or product in a period (the quota).',
    columns: {
      id: id(),
      periodKey: id(),
      startsOn: date(),
      endsOn: date(),
      employeeNo: nullable(id()),
      region: nullable(id()),
      sku: nullable(id()),
      target: amount(),
      currency: text(),
    },
    key: ['id'],
    indexes: [['periodKey'], ['employeeNo', 'periodKey']],
  },
  complaint_record: {
    description: 'What quality assurance made of a complaint.',
    columns: {
      id: id(),
      caseNo: id(),
      recordedAt: instant(),
      resolution: nullable(text()),
      qualityNotificationNo: nullable(id()),
      partsCost: nullable(amount()),
      currency: nullable(text()),
      /** The order by which goods came back. */
      returnOrderNo: nullable(id()),
    },
    key: ['id'],
    indexes: [['caseNo']],
  },
  task: {
    description: 'A task of a person in the ERP.',
    columns: {
      id: id(),
      employeeNo: id(),
      title: text(),
      dueAt: nullable(instant()),
      dueOn: nullable(date()),
      status: oneOf(workItemStatuses),
      orderNo: nullable(id()),
      productionOrderId: nullable(id()),
    },
    key: ['id'],
    indexes: [['employeeNo', 'dueOn'], ['dueOn']],
  },
  market_datum: {
    description: 'What is known of a market: its size and prices.',
    columns: {
      id: id(),
      sku: nullable(id()),
      region: nullable(id()),
      periodKey: id(),
      marketSize: nullable(amount()),
      currency: nullable(text()),
      /** 100 is the year before the first. */
      priceIndex: nullable(rate()),
      source: nullable(text()),
    },
    key: ['id'],
    indexes: [['sku', 'periodKey'], ['periodKey']],
  },
})
