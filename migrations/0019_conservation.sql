-- How long things are kept, and the proof of what was purged.
select 1;
