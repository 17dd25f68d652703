-- Which scheduled runs were done, by which node; the nodes that are there.
select 1;
