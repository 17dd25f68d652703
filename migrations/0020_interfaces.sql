-- What was asked of each interface of the Annuaire, day by day.
select 1;
