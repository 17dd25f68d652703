-- When the read API first showed something else than what it had accepted: a second reading, a day later, settles it.
alter table feed_operation add column lue_en_vain_le timestamptz;
