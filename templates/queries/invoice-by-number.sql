-- title: 按号码查一张发票
-- input no string [0-9]{8}|[0-9]{20} : 发票号码（8 位或 20 位）
SELECT i.id,
       i.invoice_no,
       i.invoice_code,
       i.issued_at,
       i.status,
       i.amount,
       i.tax,
       s.name AS seller,
       s.region
  FROM invoice i
  JOIN taxpayer s ON s.credit_code = i.seller_code
 WHERE i.invoice_no = :no
