-- The number belongs to a change that is made elsewhere; migrations have no gaps.
SELECT 1;
