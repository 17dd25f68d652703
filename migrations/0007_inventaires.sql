-- Several inventories side by side (a CSV file, a directory, a database…), each the whole truth about its own domains.
-- What was there before is the source « fichier », the one of the setting inventaire.fichier.

alter table bal_operateur add column source_inventaire text collate "C" not null default 'fichier';
alter table bal_operateur alter column source_inventaire drop default;

-- The source's name in the settings; null for the national sources.
alter table source_load add column inventaire_source text collate "C";
update source_load set inventaire_source = 'fichier' where source = 'inventaire';
alter table source_load add constraint source_load_inventaire_source
  check ((source = 'inventaire') = (inventaire_source is not null));
create index source_load_inventaire on source_load (inventaire_source, id desc) where inventaire_source is not null;

alter table source_run add column inventaire_source text collate "C";
update source_run set inventaire_source = 'fichier' where source = 'inventaire';
alter table source_run add constraint source_run_inventaire_source
  check ((source = 'inventaire') = (inventaire_source is not null));
create index source_run_inventaire on source_run (inventaire_source, id desc) where inventaire_source is not null;
