-- compatible_from: 4
SELECT 1;
