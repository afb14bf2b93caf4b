-- title: 某地区某段时间开具的发票（销方在该地区）
-- input region string [0-9]{6} : 销方所在区县的行政区划代码
-- input from date : 开票日期从（含）
-- input until date : 开票日期到（不含）
SELECT i.invoice_no,
       i.invoice_code,
       i.issued_at,
       i.status,
       s.name AS seller,
       i.seller_code,
       i.buyer_name,
       i.buyer_code,
       i.amount,
       i.tax,
       i.goods,
       i.remark
  FROM invoice i
  JOIN taxpayer s ON s.credit_code = i.seller_code
 WHERE s.region = :region
   AND i.issued_at >= :from
   AND i.issued_at < :until
 ORDER BY i.id
