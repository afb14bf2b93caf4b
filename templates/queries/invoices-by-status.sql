-- title: 某段时间各状态的发票数和金额
-- input from date : 开票日期从（含）
-- input until date : 开票日期到（不含）
SELECT i.status,
       count(*) AS invoices,
       sum(i.amount) AS amount,
       sum(i.tax) AS tax
  FROM invoice i
 WHERE i.issued_at >= :from
   AND i.issued_at < :until
 GROUP BY i.status
 ORDER BY i.status
