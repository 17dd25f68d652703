-- Tells whoever listens (the LDAP mirror) that a version of a source is in service. The notice leaves with the commit,
-- so its reader sees the rows; a reader that misses it finds out at its next look.
create function annoncer_source_load() returns trigger
language plpgsql as $$
begin
  perform pg_notify('annuaire_source_load', new.source);
  return null;
end
$$;

create trigger source_load_annonce after insert on source_load
  for each row execute function annoncer_source_load();
