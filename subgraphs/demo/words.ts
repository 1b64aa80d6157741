/**
 * Names and texts of the demo story, in English and Traditional Chinese. All invented.
 */
export const familyNames = [
  ['Lin', '林'],
  ['Chen', '陳'],
  ['Huang', '黃'],
  ['Chang', '張'],
  ['Lee', '李'],
  ['Wang', '王'],
  ['Wu', '吳'],
  ['Liu', '劉'],
  ['Tsai', '蔡'],
  ['Yang', '楊'],
  ['Hsu', '許'],
  ['Cheng', '鄭'],
  ['Hsieh', '謝'],
  ['Kuo', '郭'],
  ['Hung', '洪'],
  ['Chiu', '邱'],
  ['Tseng', '曾'],
  ['Liao', '廖'],
  ['Lai', '賴'],
  ['Chou', '周'],
] as const

export const givenNames = [
  ['Mei', '美玲'],
  ['Wei', '志偉'],
  ['Ana', '安娜'],
  ['Rita', '麗塔'],
  ['Jun', '俊傑'],
  ['Yi', '怡君'],
  ['Hao', '家豪'],
  ['Ting', '雅婷'],
  ['Ming', '志明'],
  ['Fang', '淑芬'],
  ['Kai', '冠廷'],
  ['Ling', '佩玲'],
  ['Shan', '珊珊'],
  ['Tao', '文濤'],
  ['Xin', '欣怡'],
  ['Yu', '宗翰'],
  ['Jia', '佳穎'],
  ['Rui', '瑞麟'],
] as const

export const companyStems = [
  ['Harbour', '港灣'],
  ['Jade River', '玉川'],
  ['North Star', '北辰'],
  ['Blue Delta', '藍洲'],
  ['Camphor', '樟木'],
  ['Sunrise', '旭日'],
  ['Typhoon', '颱風'],
  ['Red Brick', '紅磚'],
  ['Orchid', '蘭花'],
  ['Granite', '花崗'],
  ['Long Bridge', '長橋'],
  ['Green Valley', '青谷'],
  ['Silver Pine', '銀松'],
  ['Five Peaks', '五峰'],
  ['Clear Spring', '清泉'],
  ['Great Dyke', '大堤'],
  ['Salt Flat', '鹽田'],
  ['Sea Gate', '海門'],
  ['Bamboo Grove', '竹林'],
  ['High Terrace', '高臺'],
] as const

export const companyTrades = [
  ['Water Works', '水務'],
  ['Chemical', '化工'],
  ['Foods', '食品'],
  ['Semiconductor', '半導體'],
  ['Shipyard', '造船'],
  ['Power', '電力'],
  ['Textile', '紡織'],
  ['Distribution', '經銷'],
  ['Construction', '營造'],
  ['Pharma', '製藥'],
  ['Paper', '造紙'],
  ['Agriculture', '農業'],
] as const

export const cities = [
  ['Taipei', '臺北市', 'N', 25_037_000, 121_563_000],
  ['Taoyuan', '桃園市', 'N', 24_993_000, 121_301_000],
  ['Hsinchu', '新竹市', 'N', 24_806_000, 120_969_000],
  ['Taichung', '臺中市', 'C', 24_147_000, 120_673_000],
  ['Tainan', '臺南市', 'S', 22_999_000, 120_227_000],
  ['Kaohsiung', '高雄市', 'S', 22_627_000, 120_301_000],
] as const

export const subjects = [
  'Pump leaks at the seal 泵浦密封漏水',
  'Controller shows error 控制器顯示錯誤',
  'Noise from the bearing 軸承異音',
  'Wrong part delivered 送錯零件',
  'Damaged on arrival 到貨受損',
  'How to set the pressure 壓力如何設定',
  'Valve does not close 閥門無法關閉',
  'Manual is unclear 說明書不清楚',
] as const

export const interactionSubjects = [
  'Quarterly review 季度檢討',
  'Price list 價目表',
  'Delivery date 交期',
  'New project 新專案',
  'Maintenance plan 保養計畫',
  'Invoice question 發票問題',
  'Product demonstration 產品展示',
] as const

export const resolutions = [
  'Seal replaced 更換密封',
  'Controller replaced 更換控制器',
  'Credit granted 同意折讓',
  'No fault found 未發現故障',
  'Instructions sent 寄送說明',
] as const
