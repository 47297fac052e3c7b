"""The tables of the first release."""

# ruff: noqa: E501, PLR0915 - written by alembic, a statement a line

import sqlalchemy as sa
from alembic import op

from shuhua_core.kernel import types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


TRIGGERS = {
    "sqlite": [
        'CREATE TRIGGER audit_no_update BEFORE UPDATE OF "id", "at", "actor_id", "actor_kind", "event", "action", "record_kind", "record_id", "number", "request_id", "detail", "txid" ON audit BEGIN SELECT RAISE(ABORT, \'the log is append-only\'); END',
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END",
        'CREATE TRIGGER audit_chain_no_update BEFORE UPDATE OF "position", "audit_id", "previous_hash", "hash" ON audit_chain BEGIN SELECT RAISE(ABORT, \'the log is append-only\'); END',
        "CREATE TRIGGER audit_chain_no_delete BEFORE DELETE ON audit_chain BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END",
        "CREATE TRIGGER sites_cells_insert AFTER INSERT ON sites BEGIN INSERT INTO site_cells (zoom, cell, organisation_path, division_code, kind, state, count, longitude_sum, latitude_sum) SELECT zoom, NEW.morton >> (52 - 2 * zoom), coalesce(NEW.organisation_path, ''), substr(coalesce(NEW.division_code, ''), 1, 6), NEW.kind, NEW.state, 1, 1 * CAST(round(NEW.longitude * 1000000) AS BIGINT), 1 * CAST(round(NEW.latitude * 1000000) AS BIGINT) FROM (SELECT 6 AS zoom UNION ALL SELECT 9 AS zoom UNION ALL SELECT 12 AS zoom) WHERE NEW.morton IS NOT NULL ON CONFLICT (zoom, cell, organisation_path, division_code, kind, state) DO UPDATE SET count = count + excluded.count, longitude_sum = longitude_sum + excluded.longitude_sum, latitude_sum = latitude_sum + excluded.latitude_sum; INSERT INTO site_period_cells (zoom, period, kind, cell, organisation_path, division_code, state, count, longitude_sum, latitude_sum) SELECT zoom, period, kind, NEW.morton >> (52 - 2 * zoom), coalesce(NEW.organisation_path, ''), substr(coalesce(NEW.division_code, ''), 1, 6), NEW.state, 1, 1 * CAST(round(NEW.longitude * 1000000) AS BIGINT), 1 * CAST(round(NEW.latitude * 1000000) AS BIGINT) FROM (SELECT 6 AS zoom UNION ALL SELECT 10 AS zoom) CROSS JOIN (SELECT CAST(substr(NEW.installed_on, 1, 4) AS INTEGER) * 100 AS period, '' AS kind UNION ALL SELECT CAST(substr(NEW.installed_on, 1, 4) AS INTEGER) * 100 + CAST(substr(NEW.installed_on, 6, 2) AS INTEGER) AS period, '' AS kind UNION ALL SELECT CAST(substr(NEW.installed_on, 1, 4) AS INTEGER) * 100 AS period, NEW.kind AS kind) WHERE NEW.morton IS NOT NULL AND NEW.installed_on IS NOT NULL ON CONFLICT (zoom, period, kind, cell, organisation_path, division_code, state) DO UPDATE SET count = count + excluded.count, longitude_sum = longitude_sum + excluded.longitude_sum, latitude_sum = latitude_sum + excluded.latitude_sum; END",
        "CREATE TRIGGER sites_cells_delete AFTER DELETE ON sites BEGIN INSERT INTO site_cells (zoom, cell, organisation_path, division_code, kind, state, count, longitude_sum, latitude_sum) SELECT zoom, OLD.morton >> (52 - 2 * zoom), coalesce(OLD.organisation_path, ''), substr(coalesce(OLD.division_code, ''), 1, 6), OLD.kind, OLD.state, -1, -1 * CAST(round(OLD.longitude * 1000000) AS BIGINT), -1 * CAST(round(OLD.latitude * 1000000) AS BIGINT) FROM (SELECT 6 AS zoom UNION ALL SELECT 9 AS zoom UNION ALL SELECT 12 AS zoom) WHERE OLD.morton IS NOT NULL ON CONFLICT (zoom, cell, organisation_path, division_code, kind, state) DO UPDATE SET count = count + excluded.count, longitude_sum = longitude_sum + excluded.longitude_sum, latitude_sum = latitude_sum + excluded.latitude_sum; DELETE FROM site_cells WHERE zoom = 6 AND cell = OLD.morton >> 40 AND organisation_path = coalesce(OLD.organisation_path, '') AND division_code = substr(coalesce(OLD.division_code, ''), 1, 6) AND kind = OLD.kind AND state = OLD.state AND count = 0; DELETE FROM site_cells WHERE zoom = 9 AND cell = OLD.morton >> 34 AND organisation_path = coalesce(OLD.organisation_path, '') AND division_code = substr(coalesce(OLD.division_code, ''), 1, 6) AND kind = OLD.kind AND state = OLD.state AND count = 0; DELETE FROM site_cells WHERE zoom = 12 AND cell = OLD.morton >> 28 AND organisation_path = coalesce(OLD.organisation_path, '') AND division_code = substr(coalesce(OLD.division_code, ''), 1, 6) AND kind = OLD.kind AND state = OLD.state AND count = 0; INSERT INTO site_period_cells (zoom, period, kind, cell, organisation_path, division_code, state, count, longitude_sum, latitude_sum) SELECT zoom, period, kind, OLD.morton >> (52 - 2 * zoom), coalesce(OLD.organisation_path, ''), substr(coalesce(OLD.division_code, ''), 1, 6), OLD.state, -1, -1 * CAST(round(OLD.longitude * 1000000) AS BIGINT), -1 * CAST(round(OLD.latitude * 1000000) AS BIGINT) FROM (SELECT 6 AS zoom UNION ALL SELECT 10 AS zoom) CROSS JOIN (SELECT CAST(substr(OLD.installed_on, 1, 4) AS INTEGER) * 100 AS period, '' AS kind UNION ALL SELECT CAST(substr(OLD.installed_on, 1, 4) AS INTEGER) * 100 + CAST(substr(OLD.installed_on, 6, 2) AS INTEGER) AS period, '' AS kind UNION ALL SELECT CAST(substr(OLD.installed_on, 1, 4) AS INTEGER) * 100 AS period, OLD.kind AS kind) WHERE OLD.morton IS NOT NULL AND OLD.installed_on IS NOT NULL ON CONFLICT (zoom, period, kind, cell, organisation_path, division_code, state) DO UPDATE SET count = count + excluded.count, longitude_sum = longitude_sum + excluded.longitude_sum, latitude_sum = latitude_sum + excluded.latitude_sum; DELETE FROM site_period_cells WHERE zoom = 6 AND cell = OLD.morton >> 40 AND (period, kind) IN (VALUES (CAST(substr(OLD.installed_on, 1, 4) AS INTEGER) * 100, ''), (CAST(substr(OLD.installed_on, 1, 4) AS INTEGER) * 100 + CAST(substr(OLD.installed_on, 6, 2) AS INTEGER), ''), (CAST(substr(OLD.installed_on, 1, 4) AS INTEGER) * 100, OLD.kind)) AND organisation_path = coalesce(OLD.organisation_path, '') AND division_code = substr(coalesce(OLD.division_code, ''), 1, 6) AND state = OLD.state AND count = 0; DELETE FROM site_period_cells WHERE zoom = 10 AND cell = OLD.morton >> 32 AND (period, kind) IN (VALUES (CAST(substr(OLD.installed_on, 1, 4) AS INTEGER) * 100, ''), (CAST(substr(OLD.installed_on, 1, 4) AS INTEGER) * 100 + CAST(substr(OLD.installed_on, 6, 2) AS INTEGER), ''), (CAST(substr(OLD.installed_on, 1, 4) AS INTEGER) * 100, OLD.kind)) AND organisation_path = coalesce(OLD.organisation_path, '') AND division_code = substr(coalesce(OLD.division_code, ''), 1, 6) AND state = OLD.state AND count = 0; END",
        "CREATE TRIGGER sites_cells_update AFTER UPDATE OF morton, longitude, latitude, state, kind, organisation_path, division_code, installed_on ON sites WHEN OLD.morton IS NOT NEW.morton OR OLD.longitude IS NOT NEW.longitude OR OLD.latitude IS NOT NEW.latitude OR OLD.state IS NOT NEW.state OR OLD.kind IS NOT NEW.kind OR OLD.organisation_path IS NOT NEW.organisation_path OR OLD.division_code IS NOT NEW.division_code OR OLD.installed_on IS NOT NEW.installed_on BEGIN INSERT INTO site_cells (zoom, cell, organisation_path, division_code, kind, state, count, longitude_sum, latitude_sum) SELECT zoom, OLD.morton >> (52 - 2 * zoom), coalesce(OLD.organisation_path, ''), substr(coalesce(OLD.division_code, ''), 1, 6), OLD.kind, OLD.state, -1, -1 * CAST(round(OLD.longitude * 1000000) AS BIGINT), -1 * CAST(round(OLD.latitude * 1000000) AS BIGINT) FROM (SELECT 6 AS zoom UNION ALL SELECT 9 AS zoom UNION ALL SELECT 12 AS zoom) WHERE OLD.morton IS NOT NULL ON CONFLICT (zoom, cell, organisation_path, division_code, kind, state) DO UPDATE SET count = count + excluded.count, longitude_sum = longitude_sum + excluded.longitude_sum, latitude_sum = latitude_sum + excluded.latitude_sum; DELETE FROM site_cells WHERE zoom = 6 AND cell = OLD.morton >> 40 AND organisation_path = coalesce(OLD.organisation_path, '') AND division_code = substr(coalesce(OLD.division_code, ''), 1, 6) AND kind = OLD.kind AND state = OLD.state AND count = 0; DELETE FROM site_cells WHERE zoom = 9 AND cell = OLD.morton >> 34 AND organisation_path = coalesce(OLD.organisation_path, '') AND division_code = substr(coalesce(OLD.division_code, ''), 1, 6) AND kind = OLD.kind AND state = OLD.state AND count = 0; DELETE FROM site_cells WHERE zoom = 12 AND cell = OLD.morton >> 28 AND organisation_path = coalesce(OLD.organisation_path, '') AND division_code = substr(coalesce(OLD.division_code, ''), 1, 6) AND kind = OLD.kind AND state = OLD.state AND count = 0; INSERT INTO site_period_cells (zoom, period, kind, cell, organisation_path, division_code, state, count, longitude_sum, latitude_sum) SELECT zoom, period, kind, OLD.morton >> (52 - 2 * zoom), coalesce(OLD.organisation_path, ''), substr(coalesce(OLD.division_code, ''), 1, 6), OLD.state, -1, -1 * CAST(round(OLD.longitude * 1000000) AS BIGINT), -1 * CAST(round(OLD.latitude * 1000000) AS BIGINT) FROM (SELECT 6 AS zoom UNION ALL SELECT 10 AS zoom) CROSS JOIN (SELECT CAST(substr(OLD.installed_on, 1, 4) AS INTEGER) * 100 AS period, '' AS kind UNION ALL SELECT CAST(substr(OLD.installed_on, 1, 4) AS INTEGER) * 100 + CAST(substr(OLD.installed_on, 6, 2) AS INTEGER) AS period, '' AS kind UNION ALL SELECT CAST(substr(OLD.installed_on, 1, 4) AS INTEGER) * 100 AS period, OLD.kind AS kind) WHERE OLD.morton IS NOT NULL AND OLD.installed_on IS NOT NULL ON CONFLICT (zoom, period, kind, cell, organisation_path, division_code, state) DO UPDATE SET count = count + excluded.count, longitude_sum = longitude_sum + excluded.longitude_sum, latitude_sum = latitude_sum + excluded.latitude_sum; DELETE FROM site_period_cells WHERE zoom = 6 AND cell = OLD.morton >> 40 AND (period, kind) IN (VALUES (CAST(substr(OLD.installed_on, 1, 4) AS INTEGER) * 100, ''), (CAST(substr(OLD.installed_on, 1, 4) AS INTEGER) * 100 + CAST(substr(OLD.installed_on, 6, 2) AS INTEGER), ''), (CAST(substr(OLD.installed_on, 1, 4) AS INTEGER) * 100, OLD.kind)) AND organisation_path = coalesce(OLD.organisation_path, '') AND division_code = substr(coalesce(OLD.division_code, ''), 1, 6) AND state = OLD.state AND count = 0; DELETE FROM site_period_cells WHERE zoom = 10 AND cell = OLD.morton >> 32 AND (period, kind) IN (VALUES (CAST(substr(OLD.installed_on, 1, 4) AS INTEGER) * 100, ''), (CAST(substr(OLD.installed_on, 1, 4) AS INTEGER) * 100 + CAST(substr(OLD.installed_on, 6, 2) AS INTEGER), ''), (CAST(substr(OLD.installed_on, 1, 4) AS INTEGER) * 100, OLD.kind)) AND organisation_path = coalesce(OLD.organisation_path, '') AND division_code = substr(coalesce(OLD.division_code, ''), 1, 6) AND state = OLD.state AND count = 0; INSERT INTO site_cells (zoom, cell, organisation_path, division_code, kind, state, count, longitude_sum, latitude_sum) SELECT zoom, NEW.morton >> (52 - 2 * zoom), coalesce(NEW.organisation_path, ''), substr(coalesce(NEW.division_code, ''), 1, 6), NEW.kind, NEW.state, 1, 1 * CAST(round(NEW.longitude * 1000000) AS BIGINT), 1 * CAST(round(NEW.latitude * 1000000) AS BIGINT) FROM (SELECT 6 AS zoom UNION ALL SELECT 9 AS zoom UNION ALL SELECT 12 AS zoom) WHERE NEW.morton IS NOT NULL ON CONFLICT (zoom, cell, organisation_path, division_code, kind, state) DO UPDATE SET count = count + excluded.count, longitude_sum = longitude_sum + excluded.longitude_sum, latitude_sum = latitude_sum + excluded.latitude_sum; INSERT INTO site_period_cells (zoom, period, kind, cell, organisation_path, division_code, state, count, longitude_sum, latitude_sum) SELECT zoom, period, kind, NEW.morton >> (52 - 2 * zoom), coalesce(NEW.organisation_path, ''), substr(coalesce(NEW.division_code, ''), 1, 6), NEW.state, 1, 1 * CAST(round(NEW.longitude * 1000000) AS BIGINT), 1 * CAST(round(NEW.latitude * 1000000) AS BIGINT) FROM (SELECT 6 AS zoom UNION ALL SELECT 10 AS zoom) CROSS JOIN (SELECT CAST(substr(NEW.installed_on, 1, 4) AS INTEGER) * 100 AS period, '' AS kind UNION ALL SELECT CAST(substr(NEW.installed_on, 1, 4) AS INTEGER) * 100 + CAST(substr(NEW.installed_on, 6, 2) AS INTEGER) AS period, '' AS kind UNION ALL SELECT CAST(substr(NEW.installed_on, 1, 4) AS INTEGER) * 100 AS period, NEW.kind AS kind) WHERE NEW.morton IS NOT NULL AND NEW.installed_on IS NOT NULL ON CONFLICT (zoom, period, kind, cell, organisation_path, division_code, state) DO UPDATE SET count = count + excluded.count, longitude_sum = longitude_sum + excluded.longitude_sum, latitude_sum = latitude_sum + excluded.latitude_sum; END",
        "CREATE VIRTUAL TABLE users_grams USING fts5(grams, content='', columnsize=0, detail=none, tokenize='ascii')",
        "CREATE TRIGGER users_grams_insert AFTER INSERT ON users BEGIN INSERT INTO users_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(NEW.login, '') || '\n' || coalesce(NEW.name, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.login, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER users_grams_delete AFTER DELETE ON users BEGIN INSERT INTO users_grams (users_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(OLD.login, '') || '\n' || coalesce(OLD.name, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.login, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER users_grams_update AFTER UPDATE OF login, name, login ON users WHEN OLD.login IS NOT NEW.login OR OLD.name IS NOT NEW.name OR OLD.login IS NOT NEW.login BEGIN INSERT INTO users_grams (users_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(OLD.login, '') || '\n' || coalesce(OLD.name, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.login, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); INSERT INTO users_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(NEW.login, '') || '\n' || coalesce(NEW.name, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.login, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE VIRTUAL TABLE customers_grams USING fts5(grams, content='', columnsize=0, detail=none, tokenize='ascii')",
        "CREATE TRIGGER customers_grams_insert AFTER INSERT ON customers BEGIN INSERT INTO customers_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(NEW.name, '') || '\n' || coalesce(NEW.address, '') || '\n' || coalesce(NEW.contact_name, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER customers_grams_delete AFTER DELETE ON customers BEGIN INSERT INTO customers_grams (customers_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(OLD.name, '') || '\n' || coalesce(OLD.address, '') || '\n' || coalesce(OLD.contact_name, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER customers_grams_update AFTER UPDATE OF name, address, contact_name, number ON customers WHEN OLD.name IS NOT NEW.name OR OLD.address IS NOT NEW.address OR OLD.contact_name IS NOT NEW.contact_name OR OLD.number IS NOT NEW.number BEGIN INSERT INTO customers_grams (customers_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(OLD.name, '') || '\n' || coalesce(OLD.address, '') || '\n' || coalesce(OLD.contact_name, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); INSERT INTO customers_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(NEW.name, '') || '\n' || coalesce(NEW.address, '') || '\n' || coalesce(NEW.contact_name, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE VIRTUAL TABLE projects_grams USING fts5(grams, content='', columnsize=0, detail=none, tokenize='ascii')",
        "CREATE TRIGGER projects_grams_insert AFTER INSERT ON projects BEGIN INSERT INTO projects_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(NEW.name, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER projects_grams_delete AFTER DELETE ON projects BEGIN INSERT INTO projects_grams (projects_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(OLD.name, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER projects_grams_update AFTER UPDATE OF name, number ON projects WHEN OLD.name IS NOT NEW.name OR OLD.number IS NOT NEW.number BEGIN INSERT INTO projects_grams (projects_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(OLD.name, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); INSERT INTO projects_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(NEW.name, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE VIRTUAL TABLE models_grams USING fts5(grams, content='', columnsize=0, detail=none, tokenize='ascii')",
        "CREATE TRIGGER models_grams_insert AFTER INSERT ON models BEGIN INSERT INTO models_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(NEW.name, '') || '\n' || coalesce(NEW.name_en, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER models_grams_delete AFTER DELETE ON models BEGIN INSERT INTO models_grams (models_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(OLD.name, '') || '\n' || coalesce(OLD.name_en, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER models_grams_update AFTER UPDATE OF name, name_en, number ON models WHEN OLD.name IS NOT NEW.name OR OLD.name_en IS NOT NEW.name_en OR OLD.number IS NOT NEW.number BEGIN INSERT INTO models_grams (models_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(OLD.name, '') || '\n' || coalesce(OLD.name_en, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); INSERT INTO models_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(NEW.name, '') || '\n' || coalesce(NEW.name_en, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE VIRTUAL TABLE followups_grams USING fts5(grams, content='', columnsize=0, detail=none, tokenize='ascii')",
        "CREATE TRIGGER followups_grams_insert AFTER INSERT ON followups BEGIN INSERT INTO followups_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER followups_grams_delete AFTER DELETE ON followups BEGIN INSERT INTO followups_grams (followups_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER followups_grams_update AFTER UPDATE OF number ON followups WHEN OLD.number IS NOT NEW.number BEGIN INSERT INTO followups_grams (followups_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); INSERT INTO followups_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE VIRTUAL TABLE inspections_grams USING fts5(grams, content='', columnsize=0, detail=none, tokenize='ascii')",
        "CREATE TRIGGER inspections_grams_insert AFTER INSERT ON inspections BEGIN INSERT INTO inspections_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER inspections_grams_delete AFTER DELETE ON inspections BEGIN INSERT INTO inspections_grams (inspections_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER inspections_grams_update AFTER UPDATE OF number ON inspections WHEN OLD.number IS NOT NEW.number BEGIN INSERT INTO inspections_grams (inspections_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); INSERT INTO inspections_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE VIRTUAL TABLE messages_grams USING fts5(grams, content='', columnsize=0, detail=none, tokenize='ascii')",
        "CREATE TRIGGER messages_grams_insert AFTER INSERT ON messages BEGIN INSERT INTO messages_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER messages_grams_delete AFTER DELETE ON messages BEGIN INSERT INTO messages_grams (messages_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER messages_grams_update AFTER UPDATE OF number ON messages WHEN OLD.number IS NOT NEW.number BEGIN INSERT INTO messages_grams (messages_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); INSERT INTO messages_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE VIRTUAL TABLE returned_parts_grams USING fts5(grams, content='', columnsize=0, detail=none, tokenize='ascii')",
        "CREATE TRIGGER returned_parts_grams_insert AFTER INSERT ON returned_parts BEGIN INSERT INTO returned_parts_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(NEW.name, '') || '\n' || coalesce(NEW.old_number, '') || '\n' || coalesce(NEW.tracking, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.number, '') || '\n' || coalesce(NEW.old_number, '') || '\n' || coalesce(NEW.tracking, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER returned_parts_grams_delete AFTER DELETE ON returned_parts BEGIN INSERT INTO returned_parts_grams (returned_parts_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(OLD.name, '') || '\n' || coalesce(OLD.old_number, '') || '\n' || coalesce(OLD.tracking, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.number, '') || '\n' || coalesce(OLD.old_number, '') || '\n' || coalesce(OLD.tracking, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER returned_parts_grams_update AFTER UPDATE OF name, old_number, tracking, number, old_number, tracking ON returned_parts WHEN OLD.name IS NOT NEW.name OR OLD.old_number IS NOT NEW.old_number OR OLD.tracking IS NOT NEW.tracking OR OLD.number IS NOT NEW.number OR OLD.old_number IS NOT NEW.old_number OR OLD.tracking IS NOT NEW.tracking BEGIN INSERT INTO returned_parts_grams (returned_parts_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(OLD.name, '') || '\n' || coalesce(OLD.old_number, '') || '\n' || coalesce(OLD.tracking, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.number, '') || '\n' || coalesce(OLD.old_number, '') || '\n' || coalesce(OLD.tracking, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); INSERT INTO returned_parts_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(NEW.name, '') || '\n' || coalesce(NEW.old_number, '') || '\n' || coalesce(NEW.tracking, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.number, '') || '\n' || coalesce(NEW.old_number, '') || '\n' || coalesce(NEW.tracking, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE VIRTUAL TABLE quotations_grams USING fts5(grams, content='', columnsize=0, detail=none, tokenize='ascii')",
        "CREATE TRIGGER quotations_grams_insert AFTER INSERT ON quotations BEGIN INSERT INTO quotations_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER quotations_grams_delete AFTER DELETE ON quotations BEGIN INSERT INTO quotations_grams (quotations_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER quotations_grams_update AFTER UPDATE OF number ON quotations WHEN OLD.number IS NOT NEW.number BEGIN INSERT INTO quotations_grams (quotations_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); INSERT INTO quotations_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE VIRTUAL TABLE repairs_grams USING fts5(grams, content='', columnsize=0, detail=none, tokenize='ascii')",
        "CREATE TRIGGER repairs_grams_insert AFTER INSERT ON repairs BEGIN INSERT INTO repairs_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(NEW.symptom, '') || '\n' || coalesce(NEW.address, '') || '\n' || coalesce(NEW.caller_name, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER repairs_grams_delete AFTER DELETE ON repairs BEGIN INSERT INTO repairs_grams (repairs_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(OLD.symptom, '') || '\n' || coalesce(OLD.address, '') || '\n' || coalesce(OLD.caller_name, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER repairs_grams_update AFTER UPDATE OF symptom, address, caller_name, number ON repairs WHEN OLD.symptom IS NOT NEW.symptom OR OLD.address IS NOT NEW.address OR OLD.caller_name IS NOT NEW.caller_name OR OLD.number IS NOT NEW.number BEGIN INSERT INTO repairs_grams (repairs_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(OLD.symptom, '') || '\n' || coalesce(OLD.address, '') || '\n' || coalesce(OLD.caller_name, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); INSERT INTO repairs_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(NEW.symptom, '') || '\n' || coalesce(NEW.address, '') || '\n' || coalesce(NEW.caller_name, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE VIRTUAL TABLE sites_grams USING fts5(grams, content='', columnsize=0, detail=none, tokenize='ascii')",
        "CREATE TRIGGER sites_grams_insert AFTER INSERT ON sites BEGIN INSERT INTO sites_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(NEW.name, '') || '\n' || coalesce(NEW.address, '') || '\n' || coalesce(NEW.contact_name, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER sites_grams_delete AFTER DELETE ON sites BEGIN INSERT INTO sites_grams (sites_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(OLD.name, '') || '\n' || coalesce(OLD.address, '') || '\n' || coalesce(OLD.contact_name, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER sites_grams_update AFTER UPDATE OF name, address, contact_name, number ON sites WHEN OLD.name IS NOT NEW.name OR OLD.address IS NOT NEW.address OR OLD.contact_name IS NOT NEW.contact_name OR OLD.number IS NOT NEW.number BEGIN INSERT INTO sites_grams (sites_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(OLD.name, '') || '\n' || coalesce(OLD.address, '') || '\n' || coalesce(OLD.contact_name, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); INSERT INTO sites_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(NEW.name, '') || '\n' || coalesce(NEW.address, '') || '\n' || coalesce(NEW.contact_name, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE VIRTUAL TABLE equipment_grams USING fts5(grams, content='', columnsize=0, detail=none, tokenize='ascii')",
        "CREATE TRIGGER equipment_grams_insert AFTER INSERT ON equipment BEGIN INSERT INTO equipment_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(NEW.name, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.number, '') || '\n' || coalesce(NEW.serial, '') || '\n' || coalesce(NEW.batch, '') || '\n' || coalesce(NEW.code, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER equipment_grams_delete AFTER DELETE ON equipment BEGIN INSERT INTO equipment_grams (equipment_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(OLD.name, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.number, '') || '\n' || coalesce(OLD.serial, '') || '\n' || coalesce(OLD.batch, '') || '\n' || coalesce(OLD.code, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER equipment_grams_update AFTER UPDATE OF name, number, serial, batch, code ON equipment WHEN OLD.name IS NOT NEW.name OR OLD.number IS NOT NEW.number OR OLD.serial IS NOT NEW.serial OR OLD.batch IS NOT NEW.batch OR OLD.code IS NOT NEW.code BEGIN INSERT INTO equipment_grams (equipment_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(OLD.name, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.number, '') || '\n' || coalesce(OLD.serial, '') || '\n' || coalesce(OLD.batch, '') || '\n' || coalesce(OLD.code, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); INSERT INTO equipment_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(NEW.name, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.number, '') || '\n' || coalesce(NEW.serial, '') || '\n' || coalesce(NEW.batch, '') || '\n' || coalesce(NEW.code, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE VIRTUAL TABLE tasks_grams USING fts5(grams, content='', columnsize=0, detail=none, tokenize='ascii')",
        "CREATE TRIGGER tasks_grams_insert AFTER INSERT ON tasks BEGIN INSERT INTO tasks_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(NEW.symptom, '') || '\n' || coalesce(NEW.address, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER tasks_grams_delete AFTER DELETE ON tasks BEGIN INSERT INTO tasks_grams (tasks_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(OLD.symptom, '') || '\n' || coalesce(OLD.address, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
        "CREATE TRIGGER tasks_grams_update AFTER UPDATE OF symptom, address, number ON tasks WHEN OLD.symptom IS NOT NEW.symptom OR OLD.address IS NOT NEW.address OR OLD.number IS NOT NEW.number BEGIN INSERT INTO tasks_grams (tasks_grams, rowid, grams) VALUES ('delete', OLD.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(OLD.symptom, '') || '\n' || coalesce(OLD.address, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(OLD.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); INSERT INTO tasks_grams (rowid, grams) VALUES (NEW.id, (WITH RECURSIVE rest(t) AS (SELECT lower(coalesce(NEW.symptom, '') || '\n' || coalesce(NEW.address, '')) UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('' || hex(substr(t, 1, 2)), ' ') FROM rest) || ' ' || (WITH RECURSIVE rest(t) AS (SELECT coalesce(NEW.number, '') UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) SELECT group_concat('n' || hex(substr(t, 1, 4)), ' ') FROM rest)); END",
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION shuhua_append_only() RETURNS trigger LANGUAGE plpgsql AS\n$$ BEGIN RAISE EXCEPTION 'the log is append-only'; END $$",
        'CREATE TRIGGER audit_no_update BEFORE UPDATE OF "id", "at", "actor_id", "actor_kind", "event", "action", "record_kind", "record_id", "number", "request_id", "detail", "txid" ON audit FOR EACH ROW EXECUTE FUNCTION shuhua_append_only()',
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION shuhua_append_only()",
        "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION shuhua_append_only()",
        'CREATE TRIGGER audit_chain_no_update BEFORE UPDATE OF "position", "audit_id", "previous_hash", "hash" ON audit_chain FOR EACH ROW EXECUTE FUNCTION shuhua_append_only()',
        "CREATE TRIGGER audit_chain_no_delete BEFORE DELETE ON audit_chain FOR EACH ROW EXECUTE FUNCTION shuhua_append_only()",
        "CREATE TRIGGER audit_chain_no_truncate BEFORE TRUNCATE ON audit_chain FOR EACH STATEMENT EXECUTE FUNCTION shuhua_append_only()",
        "CREATE OR REPLACE FUNCTION shuhua_count_site() RETURNS trigger LANGUAGE plpgsql AS\n$$ BEGIN\nIF TG_OP <> 'INSERT' THEN IF OLD.morton IS NOT NULL THEN INSERT INTO site_cell_changes (morton, installed_on, organisation_path, division_code, kind, state, count, longitude_sum, latitude_sum) VALUES (OLD.morton, OLD.installed_on, coalesce(OLD.organisation_path, ''), substr(coalesce(OLD.division_code, ''), 1, 6), OLD.kind, OLD.state, -1, -1 * CAST(round(OLD.longitude * 1000000) AS BIGINT), -1 * CAST(round(OLD.latitude * 1000000) AS BIGINT)); END IF; END IF;\nIF TG_OP <> 'DELETE' THEN IF NEW.morton IS NOT NULL THEN INSERT INTO site_cell_changes (morton, installed_on, organisation_path, division_code, kind, state, count, longitude_sum, latitude_sum) VALUES (NEW.morton, NEW.installed_on, coalesce(NEW.organisation_path, ''), substr(coalesce(NEW.division_code, ''), 1, 6), NEW.kind, NEW.state, 1, 1 * CAST(round(NEW.longitude * 1000000) AS BIGINT), 1 * CAST(round(NEW.latitude * 1000000) AS BIGINT)); END IF; END IF;\nRETURN NULL; END $$",
        "CREATE TRIGGER sites_cells AFTER INSERT OR DELETE ON sites FOR EACH ROW EXECUTE FUNCTION shuhua_count_site()",
        "CREATE TRIGGER sites_cells_update AFTER UPDATE OF morton, longitude, latitude, state, kind, organisation_path, division_code, installed_on ON sites FOR EACH ROW WHEN (OLD.morton IS DISTINCT FROM NEW.morton OR OLD.longitude IS DISTINCT FROM NEW.longitude OR OLD.latitude IS DISTINCT FROM NEW.latitude OR OLD.state IS DISTINCT FROM NEW.state OR OLD.kind IS DISTINCT FROM NEW.kind OR OLD.organisation_path IS DISTINCT FROM NEW.organisation_path OR OLD.division_code IS DISTINCT FROM NEW.division_code OR OLD.installed_on IS DISTINCT FROM NEW.installed_on) EXECUTE FUNCTION shuhua_count_site()",
        "CREATE OR REPLACE FUNCTION shuhua_grams(texts text, codes text) RETURNS tsvector\nLANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 2000 AS\n$$ DECLARE t text[] := string_to_array(lower(texts), NULL); c text[] := string_to_array(codes, NULL);\nBEGIN RETURN array_to_tsvector(ARRAY(\nSELECT t[n] || coalesce(t[n + 1], '') FROM generate_subscripts(t, 1) AS n\nUNION SELECT '#' || array_to_string(c[n : n + 3], '') FROM generate_subscripts(c, 1) AS n)); END $$",
        "CREATE OR REPLACE FUNCTION shuhua_gram_query(wanted text, size integer) RETURNS tsquery\nLANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS\n$$ DECLARE mark text := CASE size WHEN 4 THEN '#' ELSE '' END; words text;\nt text := replace(replace(CASE size WHEN 4 THEN wanted ELSE lower(wanted) END, '\\', E'\\x01'), '''', E'\\x02');\nBEGIN SELECT string_agg('''' || mark || substr(t, n, size) || '''', ' & ') INTO words\nFROM generate_series(1, length(t) - size + 1) AS n;\nwords := coalesce(words, '''' || mark || t || ''':*');\nRETURN replace(replace(words, E'\\x01', '\\\\'), E'\\x02', '''''')::tsquery; END $$",
        "CREATE INDEX users_grams ON users USING gin (shuhua_grams(coalesce(login, '') || '\n' || coalesce(name, ''), coalesce(login, ''))) WITH (gin_pending_list_limit = 256)",
        "CREATE INDEX customers_grams ON customers USING gin (shuhua_grams(coalesce(name, '') || '\n' || coalesce(address, '') || '\n' || coalesce(contact_name, ''), coalesce(number, ''))) WITH (gin_pending_list_limit = 256)",
        "CREATE INDEX projects_grams ON projects USING gin (shuhua_grams(coalesce(name, ''), coalesce(number, ''))) WITH (gin_pending_list_limit = 256)",
        "CREATE INDEX models_grams ON models USING gin (shuhua_grams(coalesce(name, '') || '\n' || coalesce(name_en, ''), coalesce(number, ''))) WITH (gin_pending_list_limit = 256)",
        "CREATE INDEX followups_grams ON followups USING gin (shuhua_grams('', coalesce(number, ''))) WITH (gin_pending_list_limit = 256)",
        "CREATE INDEX inspections_grams ON inspections USING gin (shuhua_grams('', coalesce(number, ''))) WITH (gin_pending_list_limit = 256)",
        "CREATE INDEX messages_grams ON messages USING gin (shuhua_grams('', coalesce(number, ''))) WITH (gin_pending_list_limit = 256)",
        "CREATE INDEX returned_parts_grams ON returned_parts USING gin (shuhua_grams(coalesce(name, '') || '\n' || coalesce(old_number, '') || '\n' || coalesce(tracking, ''), coalesce(number, '') || '\n' || coalesce(old_number, '') || '\n' || coalesce(tracking, ''))) WITH (gin_pending_list_limit = 256)",
        "CREATE INDEX quotations_grams ON quotations USING gin (shuhua_grams('', coalesce(number, ''))) WITH (gin_pending_list_limit = 256)",
        "CREATE INDEX repairs_grams ON repairs USING gin (shuhua_grams(coalesce(symptom, '') || '\n' || coalesce(address, '') || '\n' || coalesce(caller_name, ''), coalesce(number, ''))) WITH (gin_pending_list_limit = 256)",
        "CREATE INDEX sites_grams ON sites USING gin (shuhua_grams(coalesce(name, '') || '\n' || coalesce(address, '') || '\n' || coalesce(contact_name, ''), coalesce(number, ''))) WITH (gin_pending_list_limit = 256)",
        "CREATE INDEX equipment_grams ON equipment USING gin (shuhua_grams(coalesce(name, ''), coalesce(number, '') || '\n' || coalesce(serial, '') || '\n' || coalesce(batch, '') || '\n' || coalesce(code, ''))) WITH (gin_pending_list_limit = 256)",
        "CREATE INDEX tasks_grams ON tasks USING gin (shuhua_grams(coalesce(symptom, '') || '\n' || coalesce(address, ''), coalesce(number, ''))) WITH (gin_pending_list_limit = 256)",
    ],
}


def upgrade() -> None:
    # ### commands auto generated by Alembic - please adjust! ###
    op.create_table(
        "audit",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("txid", sa.BigInteger(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("actor_id", types.BigInt, nullable=True),
        sa.Column("actor_kind", sa.String(length=10), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=True),
        sa.Column("record_kind", sa.String(length=30), nullable=False),
        sa.Column("record_id", types.BigInt, nullable=False),
        sa.Column("number", types.code_string(40), nullable=True),
        sa.Column("request_id", types.code_string(40), nullable=True),
        sa.Column("detail", types.PlainJson, nullable=False),
        sa.Column("personal", types.PlainJson, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_actor", "audit", ["actor_id", "id"], unique=False)
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False)
    op.create_index("ix_audit_event", "audit", ["event", "at"], unique=False)
    op.create_index("ix_audit_feed", "audit", ["txid", "id"], unique=False)
    op.create_index(op.f("ix_audit_number"), "audit", ["number"], unique=False)
    op.create_index("ix_audit_record", "audit", ["record_kind", "record_id", "id"], unique=False)
    op.create_index(op.f("ix_audit_request_id"), "audit", ["request_id"], unique=False)
    op.create_table(
        "checklists",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("number", types.code_string(40), nullable=False),
        sa.Column("name", types.code_string(80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", types.BigInt, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklists")),
        sa.UniqueConstraint("number", name=op.f("uq_checklists_number")),
    )
    op.create_table(
        "choices",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("list_name", types.code_string(30), nullable=False),
        sa.Column("code", types.code_string(20), nullable=False),
        sa.Column("zh", sa.String(length=40), nullable=False),
        sa.Column("en", sa.String(length=60), nullable=False),
        sa.Column("position", types.BigInt, nullable=False),
        sa.Column("applies_to", types.PlainJson, nullable=True),
        sa.Column("parent", types.code_string(20), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("retired_at", types.UtcDateTime(), nullable=True),
        sa.Column("version", types.BigInt, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choices")),
        sa.UniqueConstraint("list_name", "code", name=op.f("uq_choices_list_name_code")),
    )
    op.create_table(
        "choices_version",
        sa.Column("id", types.BigInt, autoincrement=False, nullable=False),
        sa.Column("token", types.code_string(36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choices_version")),
    )
    op.create_table(
        "divisions",
        sa.Column("code", types.code_string(20), nullable=False),
        sa.Column("parent_code", types.code_string(20), nullable=True),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("name_zh", types.code_string(60), nullable=False),
        sa.Column("name_en", types.code_string(80), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("replaced_by", types.code_string(20), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_divisions")),
    )
    op.create_index("ix_divisions_name_en", "divisions", ["name_en"], unique=False)
    op.create_index("ix_divisions_name_zh", "divisions", ["name_zh"], unique=False)
    op.create_index(op.f("ix_divisions_parent_code"), "divisions", ["parent_code"], unique=False)
    op.create_table(
        "idempotency_keys",
        sa.Column("space", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", types.BigInt, nullable=False),
        sa.Column("location", sa.String(length=200), nullable=True),
        sa.Column("body", types.PlainJson, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("space", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "job_runs",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("started_at", types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(), nullable=False),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.Column("runs", types.BigInt, nullable=False),
        sa.Column("failures", types.BigInt, nullable=False),
        sa.Column("asked_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_runs")),
    )
    op.create_table(
        "merged_records",
        sa.Column("record_kind", sa.String(length=30), nullable=False),
        sa.Column("record_id", types.BigInt, autoincrement=False, nullable=False),
        sa.Column("number", types.code_string(40), nullable=False),
        sa.Column("merged_into_id", types.BigInt, nullable=False),
        sa.Column("merged_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("record_kind", "record_id", name=op.f("pk_merged_records")),
    )
    op.create_index("ix_merged_records_into", "merged_records", ["record_kind", "merged_into_id"], unique=False)
    op.create_index("ix_merged_records_number", "merged_records", ["record_kind", "number"], unique=False)
    op.create_table(
        "models",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("number", types.code_string(40), nullable=False),
        sa.Column("name", types.code_string(80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=True),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("parts", sa.Text(), nullable=True),
        sa.Column("usage", sa.Text(), nullable=True),
        sa.Column("safe_life_years", types.BigInt, nullable=True),
        sa.Column("warranty_months", types.BigInt, nullable=True),
        sa.Column("version", types.BigInt, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_models")),
        sa.UniqueConstraint("number", name=op.f("uq_models_number")),
    )
    op.create_index(op.f("ix_models_name"), "models", ["name"], unique=False)
    op.create_index(op.f("ix_models_type"), "models", ["type"], unique=False)
    op.create_table(
        "numbers",
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("next", types.BigInt, nullable=False),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_numbers")),
    )
    op.create_table(
        "organisations",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=True),
        sa.Column("parent_id", types.BigInt, nullable=True),
        sa.Column("path", types.code_string(200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", types.BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["organisations.id"], name=op.f("fk_organisations_parent_id_organisations"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("path", name=op.f("uq_organisations_path")),
    )
    op.create_index(op.f("ix_organisations_kind"), "organisations", ["kind"], unique=False)
    op.create_index(op.f("ix_organisations_parent_id"), "organisations", ["parent_id"], unique=False)
    op.create_table(
        "rate_counters",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("count", types.BigInt, nullable=False),
        sa.Column("window_ends_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_rate_counters")),
    )
    op.create_index(op.f("ix_rate_counters_window_ends_at"), "rate_counters", ["window_ends_at"], unique=False)
    op.create_table(
        "roles",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("zh", sa.String(length=60), nullable=False),
        sa.Column("en", sa.String(length=60), nullable=False),
        sa.Column("builtin", sa.Boolean(), nullable=False),
        sa.Column("second_factor", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles")),
        sa.UniqueConstraint("code", name=op.f("uq_roles_code")),
    )
    op.create_table(
        "roles_version",
        sa.Column("id", types.BigInt, autoincrement=False, nullable=False),
        sa.Column("token", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles_version")),
    )
    op.create_table(
        "running_log",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("logger", sa.String(length=100), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("process", sa.String(length=60), nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=True),
        sa.Column("detail", types.PlainJson, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_running_log")),
    )
    op.create_index(op.f("ix_running_log_at"), "running_log", ["at"], unique=False)
    op.create_index("ix_running_log_level", "running_log", ["level", "at"], unique=False)
    op.create_table(
        "security_log",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("actor_id", types.BigInt, nullable=True),
        sa.Column("actor_kind", sa.String(length=10), nullable=True),
        sa.Column("record_kind", sa.String(length=30), nullable=True),
        sa.Column("record_id", types.BigInt, nullable=True),
        sa.Column("request_id", sa.String(length=40), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("detail", types.PlainJson, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_log")),
    )
    op.create_index(op.f("ix_security_log_at"), "security_log", ["at"], unique=False)
    op.create_index("ix_security_log_kind", "security_log", ["kind", "at"], unique=False)
    op.create_table(
        "sign_in_counters",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("failures", types.BigInt, nullable=False),
        sa.Column("window_ends_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_sign_in_counters")),
    )
    op.create_index(op.f("ix_sign_in_counters_window_ends_at"), "sign_in_counters", ["window_ends_at"], unique=False)
    op.create_table(
        "site_cell_changes",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("morton", types.BigInt, nullable=False),
        sa.Column("organisation_path", types.code_string(200), nullable=False),
        sa.Column("division_code", types.code_string(6), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("installed_on", sa.Date(), nullable=True),
        sa.Column("count", types.BigInt, nullable=False),
        sa.Column("longitude_sum", sa.BigInteger(), nullable=False),
        sa.Column("latitude_sum", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_cell_changes")),
    )
    op.create_table(
        "site_cells",
        sa.Column("zoom", types.BigInt, autoincrement=False, nullable=False),
        sa.Column("cell", types.BigInt, autoincrement=False, nullable=False),
        sa.Column("organisation_path", types.code_string(200), nullable=False),
        sa.Column("division_code", types.code_string(6), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("count", types.BigInt, nullable=False),
        sa.Column("longitude_sum", sa.BigInteger(), nullable=False),
        sa.Column("latitude_sum", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "zoom", "cell", "organisation_path", "division_code", "kind", "state", name=op.f("pk_site_cells")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "site_period_cells",
        sa.Column("zoom", types.BigInt, autoincrement=False, nullable=False),
        sa.Column("period", types.BigInt, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("cell", types.BigInt, autoincrement=False, nullable=False),
        sa.Column("organisation_path", types.code_string(200), nullable=False),
        sa.Column("division_code", types.code_string(6), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("count", types.BigInt, nullable=False),
        sa.Column("longitude_sum", sa.BigInteger(), nullable=False),
        sa.Column("latitude_sum", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "zoom", "period", "kind", "cell", "organisation_path", "division_code", "state", name=op.f("pk_site_period_cells")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "workflow_versions",
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("version", types.BigInt, autoincrement=False, nullable=False),
        sa.Column("body", types.PlainJson, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_workflow_versions")),
    )
    op.create_table(
        "audit_chain",
        sa.Column("position", types.BigInt, autoincrement=False, nullable=False),
        sa.Column("audit_id", types.BigInt, nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_chain_audit_id_audit"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_chain")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_audit_chain_audit_id")),
    )
    op.create_table(
        "checklist_versions",
        sa.Column("checklist_id", types.BigInt, nullable=False),
        sa.Column("version", types.BigInt, autoincrement=False, nullable=False),
        sa.Column("items", types.PlainJson, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["checklist_id"], ["checklists.id"], name=op.f("fk_checklist_versions_checklist_id_checklists")),
        sa.PrimaryKeyConstraint("checklist_id", "version", name=op.f("pk_checklist_versions")),
    )
    op.create_table(
        "customers",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("number", types.code_string(40), nullable=False),
        sa.Column("name", types.code_string(120), nullable=False),
        sa.Column("name_key", types.code_string(120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("contact_name", sa.String(length=60), nullable=True),
        sa.Column("phone", types.code_string(40), nullable=True),
        sa.Column("phone_tail", types.code_string(4), nullable=True),
        sa.Column("email", sa.String(length=120), nullable=True),
        sa.Column("fax", sa.String(length=40), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("division_code", types.code_string(20), nullable=True),
        sa.Column("organisation_path", types.code_string(200), nullable=True),
        sa.Column("version", types.BigInt, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["division_code"], ["divisions.code"], name=op.f("fk_customers_division_code_divisions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
        sa.UniqueConstraint("number", name=op.f("uq_customers_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_customers_created_at"), "customers", ["created_at"], unique=False)
    op.create_index(op.f("ix_customers_division_code"), "customers", ["division_code"], unique=False)
    op.create_index("ix_customers_kind_created", "customers", ["kind", "created_at"], unique=False)
    op.create_index(op.f("ix_customers_name"), "customers", ["name"], unique=False)
    op.create_index(op.f("ix_customers_name_key"), "customers", ["name_key"], unique=False)
    op.create_index(op.f("ix_customers_organisation_path"), "customers", ["organisation_path"], unique=False)
    op.create_index(op.f("ix_customers_phone"), "customers", ["phone"], unique=False)
    op.create_index("ix_customers_phone_tail", "customers", ["phone_tail"], unique=False)
    op.create_index(op.f("ix_customers_updated_at"), "customers", ["updated_at"], unique=False)
    op.create_table(
        "duty_areas",
        sa.Column("organisation_id", types.BigInt, nullable=False),
        sa.Column("division_prefix", types.code_string(12), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_duty_areas_organisation_id_organisations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "division_prefix", name=op.f("pk_duty_areas")),
    )
    op.create_index(op.f("ix_duty_areas_division_prefix"), "duty_areas", ["division_prefix"], unique=False)
    op.create_table(
        "lifetime_rules",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("number", types.code_string(40), nullable=False),
        sa.Column("edition", types.code_string(80), nullable=False),
        sa.Column("edition_en", sa.String(length=80), nullable=True),
        sa.Column("type", sa.String(length=20), nullable=True),
        sa.Column("model_id", types.BigInt, nullable=True),
        sa.Column("dated_by", sa.String(length=20), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("counted_from", sa.String(length=20), nullable=False),
        sa.Column("safe_life_months", types.BigInt, nullable=True),
        sa.Column("warranty_months", types.BigInt, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("version", types.BigInt, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name=op.f("fk_lifetime_rules_model_id_models")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lifetime_rules")),
        sa.UniqueConstraint("number", name=op.f("uq_lifetime_rules_number")),
    )
    op.create_index(op.f("ix_lifetime_rules_edition"), "lifetime_rules", ["edition"], unique=False)
    op.create_index(op.f("ix_lifetime_rules_model_id"), "lifetime_rules", ["model_id"], unique=False)
    op.create_index(op.f("ix_lifetime_rules_type"), "lifetime_rules", ["type"], unique=False)
    op.create_table(
        "role_permissions",
        sa.Column("role_id", types.BigInt, nullable=False),
        sa.Column("permission", sa.String(length=60), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], name=op.f("fk_role_permissions_role_id_roles"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("role_id", "permission", name=op.f("pk_role_permissions")),
    )
    op.create_table(
        "teams",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("organisation_id", types.BigInt, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("version", types.BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_teams_organisation_id_organisations"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_teams_organisation_id_name")),
    )
    op.create_table(
        "projects",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("number", types.code_string(40), nullable=False),
        sa.Column("name", types.code_string(120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("division_code", types.code_string(20), nullable=True),
        sa.Column("amount", types.Money(), nullable=True),
        sa.Column("customer_id", types.BigInt, nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("organisation_path", types.code_string(200), nullable=True),
        sa.Column("version", types.BigInt, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_projects_customer_id_customers")),
        sa.ForeignKeyConstraint(["division_code"], ["divisions.code"], name=op.f("fk_projects_division_code_divisions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
        sa.UniqueConstraint("number", name=op.f("uq_projects_number")),
    )
    op.create_index(op.f("ix_projects_accepted_on"), "projects", ["accepted_on"], unique=False)
    op.create_index(op.f("ix_projects_amount"), "projects", ["amount"], unique=False)
    op.create_index(op.f("ix_projects_created_at"), "projects", ["created_at"], unique=False)
    op.create_index(op.f("ix_projects_customer_id"), "projects", ["customer_id"], unique=False)
    op.create_index(op.f("ix_projects_division_code"), "projects", ["division_code"], unique=False)
    op.create_index("ix_projects_kind_created", "projects", ["kind", "created_at"], unique=False)
    op.create_index(op.f("ix_projects_name"), "projects", ["name"], unique=False)
    op.create_index(op.f("ix_projects_organisation_path"), "projects", ["organisation_path"], unique=False)
    op.create_index(op.f("ix_projects_updated_at"), "projects", ["updated_at"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("login", types.code_string(60), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("email", sa.String(length=120), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", types.BigInt, nullable=True),
        sa.Column("organisation_path", types.code_string(200), nullable=True),
        sa.Column("customer_id", types.BigInt, nullable=True),
        sa.Column("division_code", types.code_string(12), nullable=True),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("second_factor_at", types.UtcDateTime(), nullable=True),
        sa.Column("rights_changed_at", types.UtcDateTime(), nullable=True),
        sa.Column("left_path", types.code_string(200), nullable=True),
        sa.Column("erased_at", types.UtcDateTime(), nullable=True),
        sa.Column("version", types.BigInt, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_users_customer_id_customers"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_users_organisation_id_organisations"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("login", name=op.f("uq_users_login")),
    )
    op.create_index(op.f("ix_users_customer_id"), "users", ["customer_id"], unique=False)
    op.create_index(
        "ix_users_disabled",
        "users",
        ["login"],
        unique=False,
        sqlite_where=sa.text("active IS 0"),
        postgresql_where=sa.text("active IS false"),
    )
    op.create_index("ix_users_kind", "users", ["kind", "login"], unique=False)
    op.create_index("ix_users_name", "users", ["name", "id"], unique=False)
    op.create_index(op.f("ix_users_organisation_id"), "users", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_users_organisation_path"), "users", ["organisation_path"], unique=False)
    op.create_index(op.f("ix_users_updated_at"), "users", ["updated_at"], unique=False)
    op.create_table(
        "absences",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("user_id", types.BigInt, nullable=False),
        sa.Column("stand_in_id", types.BigInt, nullable=True),
        sa.Column("starts_at", types.UtcDateTime(), nullable=False),
        sa.Column("ends_at", types.UtcDateTime(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("created_by", types.BigInt, nullable=True),
        sa.ForeignKeyConstraint(["stand_in_id"], ["users.id"], name=op.f("fk_absences_stand_in_id_users"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_absences_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_index(op.f("ix_absences_ends_at"), "absences", ["ends_at"], unique=False)
    op.create_index("ix_absences_stand_in", "absences", ["stand_in_id", "ends_at"], unique=False)
    op.create_index(op.f("ix_absences_user_id"), "absences", ["user_id"], unique=False)
    op.create_table(
        "account_links",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("user_id", types.BigInt, nullable=True),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("created_by", types.BigInt, nullable=True),
        sa.Column("expires_at", types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("send_at", types.UtcDateTime(), nullable=True),
        sa.Column("sent_at", types.UtcDateTime(), nullable=True),
        sa.Column("attempts", types.BigInt, nullable=False),
        sa.Column("last_error", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_account_links_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_links_token_hash")),
    )
    op.create_index(op.f("ix_account_links_created_at"), "account_links", ["created_at"], unique=False)
    op.create_index(
        "ix_account_links_open",
        "account_links",
        ["send_at"],
        unique=False,
        sqlite_where=sa.text("send_at IS NOT NULL"),
        postgresql_where=sa.text("send_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_account_links_user_id"), "account_links", ["user_id"], unique=False)
    op.create_table(
        "articles",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("number", types.code_string(40), nullable=False),
        sa.Column("section", sa.String(length=20), nullable=False),
        sa.Column("title_zh", sa.String(length=80), nullable=False),
        sa.Column("title_en", sa.String(length=120), nullable=True),
        sa.Column("body_zh", sa.Text(), nullable=False),
        sa.Column("body_en", sa.Text(), nullable=True),
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_before", sa.String(length=20), nullable=True),
        sa.Column("workflow_version", types.BigInt, nullable=False),
        sa.Column("publish_at", types.UtcDateTime(), nullable=True),
        sa.Column("published_at", types.UtcDateTime(), nullable=True),
        sa.Column("author_id", types.BigInt, nullable=True),
        sa.Column("version", types.BigInt, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_articles_author_id_users"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("number", name=op.f("uq_articles_number")),
    )
    op.create_index("ix_articles_published", "articles", ["state", "published_at"], unique=False)
    op.create_index(op.f("ix_articles_state"), "articles", ["state"], unique=False)
    op.create_table(
        "contacts",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("customer_id", types.BigInt, nullable=True),
        sa.Column("user_id", types.BigInt, nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("phone", types.code_string(40), nullable=False),
        sa.Column("phone_tail", types.code_string(4), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("organisation_path", types.code_string(200), nullable=False),
        sa.Column("version", types.BigInt, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_contacts_customer_id_customers")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_contacts_user_id_users"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("organisation_path", "phone", "name", name=op.f("uq_contacts_organisation_path_phone_name")),
    )
    op.create_index(op.f("ix_contacts_customer_id"), "contacts", ["customer_id"], unique=False)
    op.create_index(op.f("ix_contacts_phone"), "contacts", ["phone"], unique=False)
    op.create_index("ix_contacts_phone_tail", "contacts", ["phone_tail"], unique=False)
    op.create_index(op.f("ix_contacts_user_id"), "contacts", ["user_id"], unique=False)
    op.create_table(
        "distinct_pairs",
        sa.Column("record_kind", sa.String(length=30), nullable=False),
        sa.Column("first_id", types.BigInt, autoincrement=False, nullable=False),
        sa.Column("second_id", types.BigInt, autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("decided_by_id", types.BigInt, nullable=True),
        sa.Column("decided_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["users.id"], name=op.f("fk_distinct_pairs_decided_by_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("record_kind", "first_id", "second_id", name=op.f("pk_distinct_pairs")),
    )
    op.create_index("ix_distinct_pairs_second", "distinct_pairs", ["record_kind", "second_id"], unique=False)
    op.create_table(
        "held_requests",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("user_id", types.BigInt, nullable=False),
        sa.Column("organisation_path", types.code_string(200), nullable=True),
        sa.Column("device", sa.String(length=100), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("body", types.PlainJson, nullable=False),
        sa.Column("captured_at", types.UtcDateTime(), nullable=True),
        sa.Column("received_at", types.UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", types.BigInt, nullable=False),
        sa.Column("decided_by_id", types.BigInt, nullable=True),
        sa.Column("decided_at", types.UtcDateTime(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("location", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["users.id"], name=op.f("fk_held_requests_decided_by_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_held_requests_user_id_users"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_requests")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_held_requests_user_id_key")),
    )
    op.create_index(op.f("ix_held_requests_decided_by_id"), "held_requests", ["decided_by_id"], unique=False)
    op.create_index("ix_held_requests_organisation", "held_requests", ["organisation_path", "id"], unique=False)
    op.create_table(
        "imports",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("archive", sa.String(length=20), nullable=False),
        sa.Column("user_id", types.BigInt, nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("sha256", types.code_string(64), nullable=False),
        sa.Column("datum", sa.String(length=10), nullable=True),
        sa.Column("heads", types.PlainJson, nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("total", types.BigInt, nullable=False),
        sa.Column("unnumbered", types.BigInt, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("position", types.BigInt, nullable=False),
        sa.Column("added", types.BigInt, nullable=False),
        sa.Column("changed", types.BigInt, nullable=False),
        sa.Column("unchanged", types.BigInt, nullable=False),
        sa.Column("refused", types.BigInt, nullable=False),
        sa.Column("lease_until", types.UtcDateTime(), nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_imports_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index("ix_imports_archive_sha256", "imports", ["archive", "sha256"], unique=False)
    op.create_index(op.f("ix_imports_created_at"), "imports", ["created_at"], unique=False)
    op.create_index("ix_imports_state_id", "imports", ["state", "id"], unique=False)
    op.create_index(op.f("ix_imports_user_id"), "imports", ["user_id"], unique=False)
    op.create_table(
        "label_batches",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("number", types.code_string(40), nullable=False),
        sa.Column("count", types.BigInt, nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("organisation_path", types.code_string(200), nullable=False),
        sa.Column("division_code", types.code_string(20), nullable=True),
        sa.Column("created_by_id", types.BigInt, nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["users.id"], name=op.f("fk_label_batches_created_by_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_batches")),
        sa.UniqueConstraint("number", name=op.f("uq_label_batches_number")),
    )
    op.create_index(op.f("ix_label_batches_division_code"), "label_batches", ["division_code"], unique=False)
    op.create_index(op.f("ix_label_batches_organisation_path"), "label_batches", ["organisation_path"], unique=False)
    op.create_table(
        "lifetime_runs",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("rule_id", types.BigInt, nullable=True),
        sa.Column("reach", types.PlainJson, nullable=False),
        sa.Column("position", types.BigInt, nullable=False),
        sa.Column("seen", types.BigInt, nullable=False),
        sa.Column("changed", types.BigInt, nullable=False),
        sa.Column("asked_by_id", types.BigInt, nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("finished_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["users.id"], name=op.f("fk_lifetime_runs_asked_by_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["rule_id"], ["lifetime_rules.id"], name=op.f("fk_lifetime_runs_rule_id_lifetime_rules")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lifetime_runs")),
    )
    op.create_index(op.f("ix_lifetime_runs_rule_id"), "lifetime_runs", ["rule_id"], unique=False)
    op.create_index("ix_lifetime_runs_waiting", "lifetime_runs", ["finished_at", "id"], unique=False)
    op.create_table(
        "login_sessions",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", types.BigInt, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("device", sa.String(length=100), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("csrf_token", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", types.UtcDateTime(), nullable=False),
        sa.Column("expires_at", types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("clock_skew", types.BigInt, nullable=True),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_login_sessions_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_sessions_token_hash")),
    )
    op.create_index(op.f("ix_login_sessions_expires_at"), "login_sessions", ["expires_at"], unique=False)
    op.create_index(
        "ix_login_sessions_open",
        "login_sessions",
        ["user_id"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "media_files",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", types.BigInt, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("content_type", sa.String(length=40), nullable=False),
        sa.Column("shown_type", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("width", types.BigInt, nullable=True),
        sa.Column("height", types.BigInt, nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("record_kind", sa.String(length=30), nullable=True),
        sa.Column("record_id", types.BigInt, nullable=True),
        sa.Column("uploader_id", types.BigInt, nullable=True),
        sa.Column("uploader_space", sa.String(length=80), nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["uploader_id"], ["users.id"], name=op.f("fk_media_files_uploader_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_files")),
        sa.UniqueConstraint("key", name=op.f("uq_media_files_key")),
    )
    op.create_index(op.f("ix_media_files_created_at"), "media_files", ["created_at"], unique=False)
    op.create_index("ix_media_files_record", "media_files", ["record_kind", "record_id"], unique=False)
    op.create_index(op.f("ix_media_files_uploader_id"), "media_files", ["uploader_id"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("source_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", types.BigInt, nullable=False),
        sa.Column("notice", sa.String(length=40), nullable=False),
        sa.Column("record_kind", sa.String(length=30), nullable=False),
        sa.Column("record_id", types.BigInt, nullable=False),
        sa.Column("number", types.code_string(40), nullable=True),
        sa.Column("facts", types.PlainJson, nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("read_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_messages_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("source_id", "user_id", name=op.f("uq_messages_source_id_user_id")),
    )
    op.create_index(op.f("ix_messages_created_at"), "messages", ["created_at"], unique=False)
    op.create_index(op.f("ix_messages_number"), "messages", ["number"], unique=False)
    op.create_index(
        "ix_messages_unread",
        "messages",
        ["user_id"],
        unique=False,
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_index("ix_messages_user", "messages", ["user_id", "id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("txid", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("record_kind", sa.String(length=30), nullable=False),
        sa.Column("record_id", types.BigInt, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("payload", types.PlainJson, nullable=False),
        sa.Column("actor_id", types.BigInt, nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("available_at", types.UtcDateTime(), nullable=False),
        sa.Column("attempts", types.BigInt, nullable=False),
        sa.Column("lease", sa.String(length=36), nullable=True),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("gave_up", sa.Boolean(), nullable=False),
        sa.Column("last_error", sa.String(length=300), nullable=True),
        sa.Column("delivered", types.PlainJson, nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_outbox_actor_id_users"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_message_id")),
    )
    op.create_index("ix_outbox_feed", "outbox", ["txid", "id"], unique=False)
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["available_at", "id"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_outbox_record", "outbox", ["record_kind", "record_id"], unique=False)
    op.create_table(
        "recovery_codes",
        sa.Column("user_id", types.BigInt, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name=op.f("pk_recovery_codes")),
    )
    op.create_table(
        "saved_views",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("list_name", sa.String(length=40), nullable=False),
        sa.Column("user_id", types.BigInt, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("shared_path", types.code_string(200), nullable=True),
        sa.Column("query", types.PlainJson, nullable=False),
        sa.Column("columns", types.PlainJson, nullable=True),
        sa.Column("version", types.BigInt, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_saved_views_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("user_id", "list_name", "name", name=op.f("uq_saved_views_user_id_list_name_name")),
    )
    op.create_index("ix_saved_views_shared", "saved_views", ["list_name", "shared_path"], unique=False)
    op.create_table(
        "second_factors",
        sa.Column("user_id", types.BigInt, nullable=False),
        sa.Column("nonce", sa.String(length=40), nullable=False),
        sa.Column("last_step", types.BigInt, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_second_factors_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "sites",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("number", types.code_string(40), nullable=False),
        sa.Column("name", types.code_string(120), nullable=False),
        sa.Column("name_key", types.code_string(120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("division_code", types.code_string(20), nullable=True),
        sa.Column("project_id", types.BigInt, nullable=True),
        sa.Column("customer_id", types.BigInt, nullable=True),
        sa.Column("host_unit_id", types.BigInt, nullable=True),
        sa.Column("contact_name", sa.String(length=60), nullable=True),
        sa.Column("phone", types.code_string(40), nullable=True),
        sa.Column("phone_tail", types.code_string(4), nullable=True),
        sa.Column("installed_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("organisation_id", types.BigInt, nullable=True),
        sa.Column("organisation_path", types.code_string(200), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_at", types.UtcDateTime(), nullable=False),
        sa.Column("inspect_by", sa.Date(), nullable=True),
        sa.Column("inspection_state", sa.String(length=20), nullable=True),
        sa.Column("version", types.BigInt, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("morton", types.BigInt, nullable=True),
        sa.Column("longitude", sa.Float(precision=53), nullable=True),
        sa.Column("latitude", sa.Float(precision=53), nullable=True),
        sa.Column("raw_longitude", sa.Float(precision=53), nullable=True),
        sa.Column("raw_latitude", sa.Float(precision=53), nullable=True),
        sa.Column("datum", sa.String(length=10), nullable=True),
        sa.Column("accuracy", sa.Float(precision=53), nullable=True),
        sa.Column("position_source", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_sites_customer_id_customers")),
        sa.ForeignKeyConstraint(["division_code"], ["divisions.code"], name=op.f("fk_sites_division_code_divisions")),
        sa.ForeignKeyConstraint(["host_unit_id"], ["organisations.id"], name=op.f("fk_sites_host_unit_id_organisations")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_sites_organisation_id_organisations")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_sites_project_id_projects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
        sa.UniqueConstraint("number", name=op.f("uq_sites_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_sites_created_at"), "sites", ["created_at"], unique=False)
    op.create_index(op.f("ix_sites_customer_id"), "sites", ["customer_id"], unique=False)
    op.create_index(op.f("ix_sites_division_code"), "sites", ["division_code"], unique=False)
    op.create_index(op.f("ix_sites_host_unit_id"), "sites", ["host_unit_id"], unique=False)
    op.create_index(op.f("ix_sites_inspect_by"), "sites", ["inspect_by"], unique=False)
    op.create_index("ix_sites_kind_created", "sites", ["kind", "created_at"], unique=False)
    op.create_index(
        "ix_sites_map",
        "sites",
        ["morton", "state", "longitude", "latitude", "organisation_path", "division_code", "kind", "installed_on"],
        unique=False,
        postgresql_include=["id"],
    )
    op.create_index(
        "ix_sites_map_installed",
        "sites",
        ["installed_on", "morton", "state", "longitude", "latitude", "organisation_path", "division_code"],
        unique=False,
        postgresql_include=["id"],
    )
    op.create_index(
        "ix_sites_map_project",
        "sites",
        ["project_id", "morton", "state", "longitude", "latitude", "organisation_path", "division_code"],
        unique=False,
        postgresql_include=["id"],
    )
    op.create_index(
        "ix_sites_map_state",
        "sites",
        ["state", "morton", "longitude", "latitude", "organisation_path", "division_code"],
        unique=False,
        postgresql_include=["id"],
    )
    op.create_index(op.f("ix_sites_name"), "sites", ["name"], unique=False)
    op.create_index("ix_sites_name_key", "sites", ["name_key", "morton"], unique=False)
    op.create_index(op.f("ix_sites_organisation_id"), "sites", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_sites_organisation_path"), "sites", ["organisation_path"], unique=False)
    op.create_index(op.f("ix_sites_phone_tail"), "sites", ["phone_tail"], unique=False)
    op.create_index(op.f("ix_sites_state_at"), "sites", ["state_at"], unique=False)
    op.create_index("ix_sites_state_created", "sites", ["state", "created_at"], unique=False)
    op.create_index(op.f("ix_sites_updated_at"), "sites", ["updated_at"], unique=False)
    op.create_table(
        "steps",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("record_kind", sa.String(length=30), nullable=False),
        sa.Column("record_id", types.BigInt, nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("before", sa.String(length=40), nullable=True),
        sa.Column("after", sa.String(length=40), nullable=False),
        sa.Column("workflow_version", types.BigInt, nullable=False),
        sa.Column("actor_id", types.BigInt, nullable=True),
        sa.Column("actor_kind", sa.String(length=10), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("captured_at", types.UtcDateTime(), nullable=True),
        sa.Column("clock_skew", types.BigInt, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("input", types.PlainJson, nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_steps_actor_id_users"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_steps")),
    )
    op.create_index(op.f("ix_steps_actor_id"), "steps", ["actor_id"], unique=False)
    op.create_index("ix_steps_record", "steps", ["record_kind", "record_id", "id"], unique=False)
    op.create_table(
        "team_members",
        sa.Column("team_id", types.BigInt, nullable=False),
        sa.Column("user_id", types.BigInt, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_team_members_team_id_teams"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_team_members_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("team_id", "user_id", name=op.f("pk_team_members")),
    )
    op.create_index(op.f("ix_team_members_user_id"), "team_members", ["user_id"], unique=False)
    op.create_table(
        "user_roles",
        sa.Column("user_id", types.BigInt, nullable=False),
        sa.Column("role_id", types.BigInt, nullable=False),
        sa.Column("division_code", types.code_string(12), nullable=True),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], name=op.f("fk_user_roles_role_id_roles"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_roles_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "role_id", name=op.f("pk_user_roles")),
    )
    op.create_index(op.f("ix_user_roles_role_id"), "user_roles", ["role_id"], unique=False)
    op.create_table(
        "article_readers",
        sa.Column("article_id", types.BigInt, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("value", types.code_string(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_article_readers_article_id_articles"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "kind", "value", name=op.f("pk_article_readers")),
    )
    op.create_table(
        "device_addresses",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("user_id", types.BigInt, nullable=False),
        sa.Column("session_id", types.BigInt, nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=2000), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["login_sessions.id"], name=op.f("fk_device_addresses_session_id_login_sessions"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_device_addresses_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_addresses")),
        sa.UniqueConstraint("session_id", "channel", name=op.f("uq_device_addresses_session_id_channel")),
    )
    op.create_index("ix_device_addresses_fingerprint", "device_addresses", ["fingerprint"], unique=False)
    op.create_index(
        "ix_device_addresses_user",
        "device_addresses",
        ["user_id", "channel"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "equipment",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("number", types.code_string(40), nullable=False),
        sa.Column("serial", types.code_string(60), nullable=True),
        sa.Column("batch", types.code_string(40), nullable=True),
        sa.Column("name", types.code_string(80), nullable=False),
        sa.Column("model_id", types.BigInt, nullable=False),
        sa.Column("produced_on", sa.Date(), nullable=True),
        sa.Column("installed_on", sa.Date(), nullable=True),
        sa.Column("place", sa.String(length=120), nullable=True),
        sa.Column("site_id", types.BigInt, nullable=True),
        sa.Column("customer_id", types.BigInt, nullable=True),
        sa.Column("project_id", types.BigInt, nullable=True),
        sa.Column("host_unit_id", types.BigInt, nullable=True),
        sa.Column("division_code", types.code_string(20), nullable=True),
        sa.Column("organisation_path", types.code_string(200), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_before", sa.String(length=20), nullable=True),
        sa.Column("state_at", types.UtcDateTime(), nullable=False),
        sa.Column("state_source", sa.String(length=20), nullable=False),
        sa.Column("workflow_version", types.BigInt, nullable=False),
        sa.Column("warranty_to", sa.Date(), nullable=True),
        sa.Column("warranty_by", sa.String(length=10), nullable=True),
        sa.Column("warranty_rule_id", types.BigInt, nullable=True),
        sa.Column("safe_life_to", sa.Date(), nullable=True),
        sa.Column("safe_life_by", sa.String(length=10), nullable=True),
        sa.Column("safe_life_rule_id", types.BigInt, nullable=True),
        sa.Column("replaces_id", types.BigInt, nullable=True),
        sa.Column("replaced_by_id", types.BigInt, nullable=True),
        sa.Column("code", types.code_string(10), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", types.BigInt, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_equipment_customer_id_customers")),
        sa.ForeignKeyConstraint(["host_unit_id"], ["organisations.id"], name=op.f("fk_equipment_host_unit_id_organisations")),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name=op.f("fk_equipment_model_id_models")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_equipment_project_id_projects")),
        sa.ForeignKeyConstraint(["replaced_by_id"], ["equipment.id"], name=op.f("fk_equipment_replaced_by_id_equipment")),
        sa.ForeignKeyConstraint(["replaces_id"], ["equipment.id"], name=op.f("fk_equipment_replaces_id_equipment")),
        sa.ForeignKeyConstraint(
            ["safe_life_rule_id"], ["lifetime_rules.id"], name=op.f("fk_equipment_safe_life_rule_id_lifetime_rules")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_equipment_site_id_sites")),
        sa.ForeignKeyConstraint(
            ["warranty_rule_id"], ["lifetime_rules.id"], name=op.f("fk_equipment_warranty_rule_id_lifetime_rules")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment")),
        sa.UniqueConstraint("code", name=op.f("uq_equipment_code")),
        sa.UniqueConstraint("number", name=op.f("uq_equipment_number")),
        sa.UniqueConstraint("replaced_by_id", name=op.f("uq_equipment_replaced_by_id")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_equipment_replaces_id")),
    )
    op.create_index(op.f("ix_equipment_batch"), "equipment", ["batch"], unique=False)
    op.create_index(op.f("ix_equipment_created_at"), "equipment", ["created_at"], unique=False)
    op.create_index(op.f("ix_equipment_customer_id"), "equipment", ["customer_id"], unique=False)
    op.create_index(op.f("ix_equipment_division_code"), "equipment", ["division_code"], unique=False)
    op.create_index(op.f("ix_equipment_host_unit_id"), "equipment", ["host_unit_id"], unique=False)
    op.create_index(op.f("ix_equipment_installed_on"), "equipment", ["installed_on"], unique=False)
    op.create_index(op.f("ix_equipment_model_id"), "equipment", ["model_id"], unique=False)
    op.create_index(op.f("ix_equipment_name"), "equipment", ["name"], unique=False)
    op.create_index(op.f("ix_equipment_organisation_path"), "equipment", ["organisation_path"], unique=False)
    op.create_index(op.f("ix_equipment_produced_on"), "equipment", ["produced_on"], unique=False)
    op.create_index(op.f("ix_equipment_project_id"), "equipment", ["project_id"], unique=False)
    op.create_index(op.f("ix_equipment_safe_life_rule_id"), "equipment", ["safe_life_rule_id"], unique=False)
    op.create_index(op.f("ix_equipment_safe_life_to"), "equipment", ["safe_life_to"], unique=False)
    op.create_index(op.f("ix_equipment_serial"), "equipment", ["serial"], unique=False)
    op.create_index("ix_equipment_site_id_state", "equipment", ["site_id", "state"], unique=False)
    op.create_index(op.f("ix_equipment_state_at"), "equipment", ["state_at"], unique=False)
    op.create_index("ix_equipment_state_created", "equipment", ["state", "created_at"], unique=False)
    op.create_index("ix_equipment_state_safe_life", "equipment", ["state", "safe_life_to"], unique=False)
    op.create_index("ix_equipment_state_warranty", "equipment", ["state", "warranty_to"], unique=False)
    op.create_index(op.f("ix_equipment_updated_at"), "equipment", ["updated_at"], unique=False)
    op.create_index(op.f("ix_equipment_warranty_rule_id"), "equipment", ["warranty_rule_id"], unique=False)
    op.create_index(op.f("ix_equipment_warranty_to"), "equipment", ["warranty_to"], unique=False)
    op.create_table(
        "import_notes",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("import_id", types.BigInt, nullable=False),
        sa.Column("row", types.BigInt, nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("detail", types.PlainJson, nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_import_notes_import_id_imports"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_notes")),
    )
    op.create_index("ix_import_notes_import_id_outcome", "import_notes", ["import_id", "outcome", "row"], unique=False)
    op.create_table(
        "import_parts",
        sa.Column("import_id", types.BigInt, nullable=False),
        sa.Column("position", types.BigInt, autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_import_parts_import_id_imports"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "position", name=op.f("pk_import_parts")),
    )
    op.create_table(
        "inspection_plans",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("number", types.code_string(40), nullable=False),
        sa.Column("name", types.code_string(120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("site_id", types.BigInt, nullable=True),
        sa.Column("project_id", types.BigInt, nullable=True),
        sa.Column("checklist_id", types.BigInt, nullable=False),
        sa.Column("interval_days", types.BigInt, nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("responsible_id", types.BigInt, nullable=True),
        sa.Column("responsible_unit_id", types.BigInt, nullable=True),
        sa.Column("organisation_path", types.code_string(200), nullable=False),
        sa.Column("division_code", types.code_string(20), nullable=True),
        sa.Column("host_unit_id", types.BigInt, nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", types.BigInt, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["checklist_id"], ["checklists.id"], name=op.f("fk_inspection_plans_checklist_id_checklists")),
        sa.ForeignKeyConstraint(
            ["host_unit_id"], ["organisations.id"], name=op.f("fk_inspection_plans_host_unit_id_organisations")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_inspection_plans_project_id_projects")),
        sa.ForeignKeyConstraint(
            ["responsible_id"], ["users.id"], name=op.f("fk_inspection_plans_responsible_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["responsible_unit_id"], ["organisations.id"], name=op.f("fk_inspection_plans_responsible_unit_id_organisations")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_inspection_plans_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_plans")),
        sa.UniqueConstraint("number", name=op.f("uq_inspection_plans_number")),
    )
    op.create_index(op.f("ix_inspection_plans_checklist_id"), "inspection_plans", ["checklist_id"], unique=False)
    op.create_index(op.f("ix_inspection_plans_division_code"), "inspection_plans", ["division_code"], unique=False)
    op.create_index(op.f("ix_inspection_plans_host_unit_id"), "inspection_plans", ["host_unit_id"], unique=False)
    op.create_index(op.f("ix_inspection_plans_organisation_path"), "inspection_plans", ["organisation_path"], unique=False)
    op.create_index(op.f("ix_inspection_plans_project_id"), "inspection_plans", ["project_id"], unique=False)
    op.create_index(op.f("ix_inspection_plans_responsible_id"), "inspection_plans", ["responsible_id"], unique=False)
    op.create_index(op.f("ix_inspection_plans_responsible_unit_id"), "inspection_plans", ["responsible_unit_id"], unique=False)
    op.create_index(op.f("ix_inspection_plans_site_id"), "inspection_plans", ["site_id"], unique=False)
    op.create_table(
        "list_preferences",
        sa.Column("user_id", types.BigInt, nullable=False),
        sa.Column("list_name", sa.String(length=40), nullable=False),
        sa.Column("columns", types.PlainJson, nullable=True),
        sa.Column("default_view_id", types.BigInt, nullable=True),
        sa.ForeignKeyConstraint(
            ["default_view_id"],
            ["saved_views.id"],
            name=op.f("fk_list_preferences_default_view_id_saved_views"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_list_preferences_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "list_name", name=op.f("pk_list_preferences")),
    )
    op.create_index(op.f("ix_list_preferences_default_view_id"), "list_preferences", ["default_view_id"], unique=False)
    op.create_table(
        "media_links",
        sa.Column("media_id", types.BigInt, nullable=False),
        sa.Column("record_kind", sa.String(length=30), nullable=False),
        sa.Column("record_id", types.BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media_files.id"], name=op.f("fk_media_links_media_id_media_files"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("media_id", "record_kind", "record_id", name=op.f("pk_media_links")),
    )
    op.create_index("ix_media_links_record", "media_links", ["record_kind", "record_id"], unique=False)
    op.create_table(
        "media_uploads",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("public_id", sa.String(length=43), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("length", types.BigInt, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("media_id", types.BigInt, nullable=True),
        sa.Column("uploader_id", types.BigInt, nullable=True),
        sa.Column("uploader_space", sa.String(length=80), nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("expires_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media_files.id"], name=op.f("fk_media_uploads_media_id_media_files"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["uploader_id"], ["users.id"], name=op.f("fk_media_uploads_uploader_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_uploads")),
        sa.UniqueConstraint("key", name=op.f("uq_media_uploads_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_media_uploads_public_id")),
    )
    op.create_index(op.f("ix_media_uploads_expires_at"), "media_uploads", ["expires_at"], unique=False)
    op.create_index(op.f("ix_media_uploads_uploader_id"), "media_uploads", ["uploader_id"], unique=False)
    op.create_index(op.f("ix_media_uploads_uploader_space"), "media_uploads", ["uploader_space"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("user_id", types.BigInt, nullable=False),
        sa.Column("message_id", types.BigInt, nullable=True),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("address_id", types.BigInt, nullable=True),
        sa.Column("digest_id", types.BigInt, nullable=True),
        sa.Column("digest_key", sa.String(length=80), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("attempts", types.BigInt, nullable=False),
        sa.Column("available_at", types.UtcDateTime(), nullable=False),
        sa.Column("held_until", types.UtcDateTime(), nullable=True),
        sa.Column("tried_at", types.UtcDateTime(), nullable=True),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(
            ["address_id"], ["device_addresses.id"], name=op.f("fk_deliveries_address_id_device_addresses"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["digest_id"], ["deliveries.id"], name=op.f("fk_deliveries_digest_id_deliveries"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_deliveries_message_id_messages"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_deliveries_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("digest_key", name=op.f("uq_deliveries_digest_key")),
    )
    op.create_index("ix_deliveries_digest", "deliveries", ["digest_id"], unique=False)
    op.create_index(
        "ix_deliveries_open",
        "deliveries",
        ["available_at"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_deliveries_tried", "deliveries", ["channel", "tried_at"], unique=False)
    op.create_index("uq_deliveries_device", "deliveries", ["message_id", "channel", "address_id"], unique=True)
    op.create_index(
        "uq_deliveries_message",
        "deliveries",
        ["message_id", "channel"],
        unique=True,
        sqlite_where=sa.text("address_id IS NULL"),
        postgresql_where=sa.text("address_id IS NULL"),
    )
    op.create_table(
        "inspections",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("number", types.code_string(40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("workflow_version", types.BigInt, nullable=False),
        sa.Column("version", types.BigInt, nullable=False),
        sa.Column("site_id", types.BigInt, nullable=False),
        sa.Column("plan_id", types.BigInt, nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("on_time", sa.Boolean(), nullable=True),
        sa.Column("checklist_id", types.BigInt, nullable=False),
        sa.Column("checklist_version", types.BigInt, nullable=False),
        sa.Column("inspector_id", types.BigInt, nullable=True),
        sa.Column("unit_id", types.BigInt, nullable=True),
        sa.Column("organisation_path", types.code_string(200), nullable=True),
        sa.Column("division_code", types.code_string(20), nullable=True),
        sa.Column("host_unit_id", types.BigInt, nullable=True),
        sa.Column("captured_at", types.UtcDateTime(), nullable=False),
        sa.Column("received_at", types.UtcDateTime(), nullable=False),
        sa.Column("skewed", sa.Boolean(), nullable=False),
        sa.Column("distance", types.BigInt, nullable=True),
        sa.Column("pieces", types.BigInt, nullable=False),
        sa.Column("abnormal", types.BigInt, nullable=False),
        sa.Column("stopped", types.BigInt, nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("signature_media_id", types.BigInt, nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("longitude", sa.Float(precision=53), nullable=True),
        sa.Column("latitude", sa.Float(precision=53), nullable=True),
        sa.Column("raw_longitude", sa.Float(precision=53), nullable=True),
        sa.Column("raw_latitude", sa.Float(precision=53), nullable=True),
        sa.Column("datum", sa.String(length=10), nullable=True),
        sa.Column("accuracy", sa.Float(precision=53), nullable=True),
        sa.Column("position_source", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(
            ["checklist_id", "checklist_version"],
            ["checklist_versions.checklist_id", "checklist_versions.version"],
            name=op.f("fk_inspections_checklist_id_checklist_version_checklist_versions"),
        ),
        sa.ForeignKeyConstraint(["host_unit_id"], ["organisations.id"], name=op.f("fk_inspections_host_unit_id_organisations")),
        sa.ForeignKeyConstraint(
            ["inspector_id"], ["users.id"], name=op.f("fk_inspections_inspector_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["inspection_plans.id"], name=op.f("fk_inspections_plan_id_inspection_plans")),
        sa.ForeignKeyConstraint(
            ["signature_media_id"], ["media_files.id"], name=op.f("fk_inspections_signature_media_id_media_files")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_inspections_site_id_sites")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisations.id"], name=op.f("fk_inspections_unit_id_organisations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspections")),
        sa.UniqueConstraint("number", name=op.f("uq_inspections_number")),
    )
    op.create_index(op.f("ix_inspections_abnormal"), "inspections", ["abnormal"], unique=False)
    op.create_index(op.f("ix_inspections_captured_at"), "inspections", ["captured_at"], unique=False)
    op.create_index(op.f("ix_inspections_created_at"), "inspections", ["created_at"], unique=False)
    op.create_index(op.f("ix_inspections_distance"), "inspections", ["distance"], unique=False)
    op.create_index("ix_inspections_division", "inspections", ["division_code", "received_at"], unique=False)
    op.create_index(op.f("ix_inspections_due_on"), "inspections", ["due_on"], unique=False)
    op.create_index(op.f("ix_inspections_host_unit_id"), "inspections", ["host_unit_id"], unique=False)
    op.create_index("ix_inspections_inspector", "inspections", ["inspector_id", "received_at"], unique=False)
    op.create_index("ix_inspections_on_time", "inspections", ["on_time", "received_at"], unique=False)
    op.create_index("ix_inspections_organisation", "inspections", ["organisation_path", "received_at"], unique=False)
    op.create_index(op.f("ix_inspections_plan_id"), "inspections", ["plan_id"], unique=False)
    op.create_index(op.f("ix_inspections_received_at"), "inspections", ["received_at"], unique=False)
    op.create_index("ix_inspections_site", "inspections", ["site_id", "received_at"], unique=False)
    op.create_index(
        "ix_inspections_skewed",
        "inspections",
        ["received_at"],
        unique=False,
        sqlite_where=sa.text("skewed IS 1"),
        postgresql_where=sa.text("skewed IS true"),
    )
    op.create_index("ix_inspections_state", "inspections", ["state", "received_at"], unique=False)
    op.create_index(op.f("ix_inspections_unit_id"), "inspections", ["unit_id"], unique=False)
    op.create_index(op.f("ix_inspections_updated_at"), "inspections", ["updated_at"], unique=False)
    op.create_table(
        "labels",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("code", types.code_string(10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("batch_id", types.BigInt, nullable=True),
        sa.Column("equipment_id", types.BigInt, nullable=True),
        sa.Column("bound_at", types.UtcDateTime(), nullable=True),
        sa.Column("bound_by_id", types.BigInt, nullable=True),
        sa.Column("organisation_path", types.code_string(200), nullable=True),
        sa.Column("division_code", types.code_string(20), nullable=True),
        sa.Column("scans", types.BigInt, nullable=False),
        sa.Column("last_scan_at", types.UtcDateTime(), nullable=True),
        sa.Column("farthest", types.BigInt, nullable=True),
        sa.Column("version", types.BigInt, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["label_batches.id"], name=op.f("fk_labels_batch_id_label_batches")),
        sa.ForeignKeyConstraint(["bound_by_id"], ["users.id"], name=op.f("fk_labels_bound_by_id_users"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.id"], name=op.f("fk_labels_equipment_id_equipment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labels")),
        sa.UniqueConstraint("code", name=op.f("uq_labels_code")),
    )
    op.create_index(op.f("ix_labels_batch_id"), "labels", ["batch_id"], unique=False)
    op.create_index(op.f("ix_labels_division_code"), "labels", ["division_code"], unique=False)
    op.create_index(op.f("ix_labels_equipment_id"), "labels", ["equipment_id"], unique=False)
    op.create_index("ix_labels_organisation", "labels", ["organisation_path", "state"], unique=False)
    op.create_table(
        "repairs",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("number", types.code_string(40), nullable=False),
        sa.Column("external_number", sa.String(length=80), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_before", sa.String(length=40), nullable=True),
        sa.Column("version", types.BigInt, nullable=False),
        sa.Column("workflow_version", types.BigInt, nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("symptom", sa.Text(), nullable=False),
        sa.Column("fault", sa.String(length=20), nullable=True),
        sa.Column("severity", sa.String(length=10), nullable=True),
        sa.Column("in_warranty", sa.Boolean(), nullable=True),
        sa.Column("site_id", types.BigInt, nullable=True),
        sa.Column("equipment_id", types.BigInt, nullable=True),
        sa.Column("customer_id", types.BigInt, nullable=True),
        sa.Column("contact_id", types.BigInt, nullable=True),
        sa.Column("host_unit_id", types.BigInt, nullable=True),
        sa.Column("division_code", types.code_string(20), nullable=True),
        sa.Column("organisation_path", types.code_string(200), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("reporter_id", types.BigInt, nullable=True),
        sa.Column("caller_name", sa.String(length=60), nullable=True),
        sa.Column("caller_phone", types.code_string(40), nullable=True),
        sa.Column("caller_tail", types.code_string(4), nullable=True),
        sa.Column("consented_at", types.UtcDateTime(), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("merged_into_id", types.BigInt, nullable=True),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("score", types.BigInt, nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("first_action_at", types.UtcDateTime(), nullable=True),
        sa.Column("resolved_at", types.UtcDateTime(), nullable=True),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("morton", types.BigInt, nullable=True),
        sa.Column("longitude", sa.Float(precision=53), nullable=True),
        sa.Column("latitude", sa.Float(precision=53), nullable=True),
        sa.Column("raw_longitude", sa.Float(precision=53), nullable=True),
        sa.Column("raw_latitude", sa.Float(precision=53), nullable=True),
        sa.Column("datum", sa.String(length=10), nullable=True),
        sa.Column("accuracy", sa.Float(precision=53), nullable=True),
        sa.Column("position_source", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_repairs_contact_id_contacts")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_repairs_customer_id_customers")),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.id"], name=op.f("fk_repairs_equipment_id_equipment")),
        sa.ForeignKeyConstraint(["host_unit_id"], ["organisations.id"], name=op.f("fk_repairs_host_unit_id_organisations")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["repairs.id"], name=op.f("fk_repairs_merged_into_id_repairs")),
        sa.ForeignKeyConstraint(["reporter_id"], ["users.id"], name=op.f("fk_repairs_reporter_id_users"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_repairs_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repairs")),
        sa.UniqueConstraint("external_number", name=op.f("uq_repairs_external_number")),
        sa.UniqueConstraint("number", name=op.f("uq_repairs_number")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_repairs_token_hash")),
    )
    op.create_index("ix_repairs_caller", "repairs", ["caller_phone"], unique=False)
    op.create_index(op.f("ix_repairs_caller_tail"), "repairs", ["caller_tail"], unique=False)
    op.create_index("ix_repairs_channel_created", "repairs", ["channel", "created_at"], unique=False)
    op.create_index(op.f("ix_repairs_contact_id"), "repairs", ["contact_id"], unique=False)
    op.create_index(op.f("ix_repairs_created_at"), "repairs", ["created_at"], unique=False)
    op.create_index(op.f("ix_repairs_customer_id"), "repairs", ["customer_id"], unique=False)
    op.create_index("ix_repairs_division", "repairs", ["division_code", "state"], unique=False)
    op.create_index(op.f("ix_repairs_equipment_id"), "repairs", ["equipment_id"], unique=False)
    op.create_index("ix_repairs_fault_created", "repairs", ["fault", "created_at"], unique=False)
    op.create_index(op.f("ix_repairs_host_unit_id"), "repairs", ["host_unit_id"], unique=False)
    op.create_index(op.f("ix_repairs_merged_into_id"), "repairs", ["merged_into_id"], unique=False)
    op.create_index("ix_repairs_organisation_state", "repairs", ["organisation_path", "state", "created_at"], unique=False)
    op.create_index(op.f("ix_repairs_reporter_id"), "repairs", ["reporter_id"], unique=False)
    op.create_index("ix_repairs_severity_created", "repairs", ["severity", "created_at"], unique=False)
    op.create_index(op.f("ix_repairs_site_id"), "repairs", ["site_id"], unique=False)
    op.create_index("ix_repairs_state_created", "repairs", ["state", "created_at"], unique=False)
    op.create_index("ix_repairs_state_morton", "repairs", ["state", "morton"], unique=False)
    op.create_index(op.f("ix_repairs_updated_at"), "repairs", ["updated_at"], unique=False)
    op.create_table(
        "tasks",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("number", types.code_string(40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_before", sa.String(length=40), nullable=True),
        sa.Column("version", types.BigInt, nullable=False),
        sa.Column("workflow_version", types.BigInt, nullable=False),
        sa.Column("symptom", sa.Text(), nullable=False),
        sa.Column("fault", sa.String(length=20), nullable=True),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("in_warranty", sa.Boolean(), nullable=True),
        sa.Column("consent", sa.String(length=20), nullable=False),
        sa.Column("check_asked", sa.Boolean(), nullable=False),
        sa.Column("site_id", types.BigInt, nullable=True),
        sa.Column("equipment_id", types.BigInt, nullable=True),
        sa.Column("customer_id", types.BigInt, nullable=True),
        sa.Column("host_unit_id", types.BigInt, nullable=True),
        sa.Column("reporter_id", types.BigInt, nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("division_code", types.code_string(20), nullable=True),
        sa.Column("branch_path", types.code_string(200), nullable=False),
        sa.Column("organisation_path", types.code_string(200), nullable=False),
        sa.Column("unit_id", types.BigInt, nullable=True),
        sa.Column("repairer_id", types.BigInt, nullable=True),
        sa.Column("direct", sa.Boolean(), nullable=False),
        sa.Column("due_at", types.UtcDateTime(), nullable=False),
        sa.Column("appointed_at", types.UtcDateTime(), nullable=True),
        sa.Column("allocated_at", types.UtcDateTime(), nullable=True),
        sa.Column("accepted_at", types.UtcDateTime(), nullable=True),
        sa.Column("assigned_at", types.UtcDateTime(), nullable=True),
        sa.Column("taken_at", types.UtcDateTime(), nullable=True),
        sa.Column("arrived_at", types.UtcDateTime(), nullable=True),
        sa.Column("started_at", types.UtcDateTime(), nullable=True),
        sa.Column("completed_at", types.UtcDateTime(), nullable=True),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("hold_reason", sa.String(length=20), nullable=True),
        sa.Column("result", sa.String(length=20), nullable=True),
        sa.Column("cause_code", sa.String(length=20), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("remedy_code", sa.String(length=20), nullable=True),
        sa.Column("remedy", sa.Text(), nullable=True),
        sa.Column("satisfaction", types.BigInt, nullable=True),
        sa.Column("followup_attempts", types.BigInt, nullable=False),
        sa.Column("urged", types.BigInt, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_tasks_customer_id_customers")),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.id"], name=op.f("fk_tasks_equipment_id_equipment")),
        sa.ForeignKeyConstraint(["host_unit_id"], ["organisations.id"], name=op.f("fk_tasks_host_unit_id_organisations")),
        sa.ForeignKeyConstraint(["repairer_id"], ["users.id"], name=op.f("fk_tasks_repairer_id_users")),
        sa.ForeignKeyConstraint(["reporter_id"], ["users.id"], name=op.f("fk_tasks_reporter_id_users"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_tasks_site_id_sites")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisations.id"], name=op.f("fk_tasks_unit_id_organisations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint("number", name=op.f("uq_tasks_number")),
    )
    op.create_index(op.f("ix_tasks_appointed_at"), "tasks", ["appointed_at"], unique=False)
    op.create_index("ix_tasks_cause_code_created", "tasks", ["cause_code", "created_at"], unique=False)
    op.create_index("ix_tasks_completed", "tasks", ["completed_at"], unique=False)
    op.create_index("ix_tasks_consent_created", "tasks", ["consent", "created_at"], unique=False)
    op.create_index(op.f("ix_tasks_created_at"), "tasks", ["created_at"], unique=False)
    op.create_index(op.f("ix_tasks_customer_id"), "tasks", ["customer_id"], unique=False)
    op.create_index("ix_tasks_division", "tasks", ["division_code", "state"], unique=False)
    op.create_index(op.f("ix_tasks_due_at"), "tasks", ["due_at"], unique=False)
    op.create_index(op.f("ix_tasks_equipment_id"), "tasks", ["equipment_id"], unique=False)
    op.create_index("ix_tasks_fault_created", "tasks", ["fault", "created_at"], unique=False)
    op.create_index(op.f("ix_tasks_host_unit_id"), "tasks", ["host_unit_id"], unique=False)
    op.create_index("ix_tasks_organisation_state", "tasks", ["organisation_path", "state", "created_at"], unique=False)
    op.create_index("ix_tasks_remedy_code_created", "tasks", ["remedy_code", "created_at"], unique=False)
    op.create_index("ix_tasks_repairer_state", "tasks", ["repairer_id", "state"], unique=False)
    op.create_index(op.f("ix_tasks_reporter_id"), "tasks", ["reporter_id"], unique=False)
    op.create_index("ix_tasks_result_created", "tasks", ["result", "created_at"], unique=False)
    op.create_index("ix_tasks_severity_created", "tasks", ["severity", "created_at"], unique=False)
    op.create_index(op.f("ix_tasks_site_id"), "tasks", ["site_id"], unique=False)
    op.create_index("ix_tasks_state_created", "tasks", ["state", "created_at"], unique=False)
    op.create_index("ix_tasks_state_due", "tasks", ["state", "due_at"], unique=False)
    op.create_index(op.f("ix_tasks_unit_id"), "tasks", ["unit_id"], unique=False)
    op.create_index(op.f("ix_tasks_updated_at"), "tasks", ["updated_at"], unique=False)
    op.create_table(
        "followups",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("number", types.code_string(40), nullable=False),
        sa.Column("task_id", types.BigInt, nullable=True),
        sa.Column("site_id", types.BigInt, nullable=True),
        sa.Column("equipment_id", types.BigInt, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("organisation_path", types.code_string(200), nullable=False),
        sa.Column("division_code", types.code_string(20), nullable=True),
        sa.Column("customer_id", types.BigInt, nullable=True),
        sa.Column("clerk_id", types.BigInt, nullable=True),
        sa.Column("way", sa.String(length=10), nullable=True),
        sa.Column("repaired", sa.Boolean(), nullable=True),
        sa.Column("response_score", types.BigInt, nullable=True),
        sa.Column("manner_score", types.BigInt, nullable=True),
        sa.Column("quality_score", types.BigInt, nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("person", sa.String(length=60), nullable=True),
        sa.Column("captured_at", types.UtcDateTime(), nullable=True),
        sa.Column("skewed", sa.Boolean(), nullable=False),
        sa.Column("distance", types.BigInt, nullable=True),
        sa.Column("done_at", types.UtcDateTime(), nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("longitude", sa.Float(precision=53), nullable=True),
        sa.Column("latitude", sa.Float(precision=53), nullable=True),
        sa.Column("raw_longitude", sa.Float(precision=53), nullable=True),
        sa.Column("raw_latitude", sa.Float(precision=53), nullable=True),
        sa.Column("datum", sa.String(length=10), nullable=True),
        sa.Column("accuracy", sa.Float(precision=53), nullable=True),
        sa.Column("position_source", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(["clerk_id"], ["users.id"], name=op.f("fk_followups_clerk_id_users"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_followups_customer_id_customers")),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.id"], name=op.f("fk_followups_equipment_id_equipment")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_followups_site_id_sites")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_followups_task_id_tasks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followups")),
        sa.UniqueConstraint("number", name=op.f("uq_followups_number")),
    )
    op.create_index(op.f("ix_followups_clerk_id"), "followups", ["clerk_id"], unique=False)
    op.create_index(op.f("ix_followups_created_at"), "followups", ["created_at"], unique=False)
    op.create_index(op.f("ix_followups_customer_id"), "followups", ["customer_id"], unique=False)
    op.create_index(op.f("ix_followups_division_code"), "followups", ["division_code"], unique=False)
    op.create_index(op.f("ix_followups_done_at"), "followups", ["done_at"], unique=False)
    op.create_index(op.f("ix_followups_equipment_id"), "followups", ["equipment_id"], unique=False)
    op.create_index("ix_followups_organisation_state", "followups", ["organisation_path", "state", "created_at"], unique=False)
    op.create_index(op.f("ix_followups_site_id"), "followups", ["site_id"], unique=False)
    op.create_index("ix_followups_state_created", "followups", ["state", "created_at"], unique=False)
    op.create_index(op.f("ix_followups_task_id"), "followups", ["task_id"], unique=False)
    op.create_index(op.f("ix_followups_updated_at"), "followups", ["updated_at"], unique=False)
    op.create_index("ix_followups_way_created", "followups", ["way", "created_at"], unique=False)
    op.create_index(
        "uq_followups_open_task",
        "followups",
        ["task_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "inspection_dues",
        sa.Column("plan_id", types.BigInt, nullable=False),
        sa.Column("site_id", types.BigInt, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("last_id", types.BigInt, nullable=True),
        sa.Column("told_at", types.UtcDateTime(), nullable=True),
        sa.Column("overdue_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["last_id"], ["inspections.id"], name=op.f("fk_inspection_dues_last_id_inspections")),
        sa.ForeignKeyConstraint(["plan_id"], ["inspection_plans.id"], name=op.f("fk_inspection_dues_plan_id_inspection_plans")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_inspection_dues_site_id_sites")),
        sa.PrimaryKeyConstraint("plan_id", "site_id", name=op.f("pk_inspection_dues")),
    )
    op.create_index("ix_inspection_dues_due_on", "inspection_dues", ["due_on", "site_id"], unique=False)
    op.create_index(op.f("ix_inspection_dues_site_id"), "inspection_dues", ["site_id"], unique=False)
    op.create_table(
        "inspection_findings",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("inspection_id", types.BigInt, nullable=False),
        sa.Column("equipment_id", types.BigInt, nullable=True),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("media_ids", types.PlainJson, nullable=False),
        sa.Column("repair_id", types.BigInt, nullable=True),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.id"], name=op.f("fk_inspection_findings_equipment_id_equipment")),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspections.id"], name=op.f("fk_inspection_findings_inspection_id_inspections")
        ),
        sa.ForeignKeyConstraint(["repair_id"], ["repairs.id"], name=op.f("fk_inspection_findings_repair_id_repairs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_findings")),
    )
    op.create_index(op.f("ix_inspection_findings_equipment_id"), "inspection_findings", ["equipment_id"], unique=False)
    op.create_index("ix_inspection_findings_inspection", "inspection_findings", ["inspection_id", "id"], unique=False)
    op.create_index(op.f("ix_inspection_findings_repair_id"), "inspection_findings", ["repair_id"], unique=False)
    op.create_table(
        "label_bindings",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("label_id", types.BigInt, nullable=False),
        sa.Column("equipment_id", types.BigInt, nullable=False),
        sa.Column("bound_at", types.UtcDateTime(), nullable=False),
        sa.Column("bound_by_id", types.BigInt, nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("unbound_at", types.UtcDateTime(), nullable=True),
        sa.Column("unbound_by_id", types.BigInt, nullable=True),
        sa.Column("unbound_reason", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(
            ["bound_by_id"], ["users.id"], name=op.f("fk_label_bindings_bound_by_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"], ["equipment.id"], name=op.f("fk_label_bindings_equipment_id_equipment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["label_id"], ["labels.id"], name=op.f("fk_label_bindings_label_id_labels"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["unbound_by_id"], ["users.id"], name=op.f("fk_label_bindings_unbound_by_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_bindings")),
    )
    op.create_index(op.f("ix_label_bindings_equipment_id"), "label_bindings", ["equipment_id"], unique=False)
    op.create_index(op.f("ix_label_bindings_label_id"), "label_bindings", ["label_id"], unique=False)
    op.create_table(
        "label_scans",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("label_id", types.BigInt, nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("distance", types.BigInt, nullable=True),
        sa.ForeignKeyConstraint(["label_id"], ["labels.id"], name=op.f("fk_label_scans_label_id_labels"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_scans")),
    )
    op.create_index(op.f("ix_label_scans_at"), "label_scans", ["at"], unique=False)
    op.create_index(op.f("ix_label_scans_label_id"), "label_scans", ["label_id"], unique=False)
    op.create_table(
        "quotations",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("number", types.code_string(50), nullable=False),
        sa.Column("series", types.code_string(40), nullable=False),
        sa.Column("edition", types.BigInt, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_before", sa.String(length=20), nullable=True),
        sa.Column("version", types.BigInt, nullable=False),
        sa.Column("workflow_version", types.BigInt, nullable=False),
        sa.Column("task_id", types.BigInt, nullable=False),
        sa.Column("repair_id", types.BigInt, nullable=False),
        sa.Column("site_id", types.BigInt, nullable=True),
        sa.Column("equipment_id", types.BigInt, nullable=True),
        sa.Column("organisation_path", types.code_string(200), nullable=False),
        sa.Column("division_code", types.code_string(20), nullable=True),
        sa.Column("repairer_id", types.BigInt, nullable=True),
        sa.Column("reporter_id", types.BigInt, nullable=True),
        sa.Column("customer_id", types.BigInt, nullable=True),
        sa.Column("host_unit_id", types.BigInt, nullable=True),
        sa.Column("author_id", types.BigInt, nullable=True),
        sa.Column("total", types.Money(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("warranty_months", types.BigInt, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("sent_at", types.UtcDateTime(), nullable=True),
        sa.Column("answered_at", types.UtcDateTime(), nullable=True),
        sa.Column("answered_way", sa.String(length=10), nullable=True),
        sa.Column("answered_by", sa.String(length=60), nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_quotations_author_id_users"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_quotations_customer_id_customers")),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.id"], name=op.f("fk_quotations_equipment_id_equipment")),
        sa.ForeignKeyConstraint(["host_unit_id"], ["organisations.id"], name=op.f("fk_quotations_host_unit_id_organisations")),
        sa.ForeignKeyConstraint(["repair_id"], ["repairs.id"], name=op.f("fk_quotations_repair_id_repairs")),
        sa.ForeignKeyConstraint(["repairer_id"], ["users.id"], name=op.f("fk_quotations_repairer_id_users"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["reporter_id"], ["users.id"], name=op.f("fk_quotations_reporter_id_users"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_quotations_site_id_sites")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_quotations_task_id_tasks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotations")),
        sa.UniqueConstraint("number", name=op.f("uq_quotations_number")),
        sa.UniqueConstraint("series", "edition", name=op.f("uq_quotations_series_edition")),
    )
    op.create_index(op.f("ix_quotations_author_id"), "quotations", ["author_id"], unique=False)
    op.create_index(op.f("ix_quotations_created_at"), "quotations", ["created_at"], unique=False)
    op.create_index(op.f("ix_quotations_customer_id"), "quotations", ["customer_id"], unique=False)
    op.create_index(op.f("ix_quotations_division_code"), "quotations", ["division_code"], unique=False)
    op.create_index(op.f("ix_quotations_equipment_id"), "quotations", ["equipment_id"], unique=False)
    op.create_index(op.f("ix_quotations_host_unit_id"), "quotations", ["host_unit_id"], unique=False)
    op.create_index("ix_quotations_organisation_state", "quotations", ["organisation_path", "state", "created_at"], unique=False)
    op.create_index(op.f("ix_quotations_repair_id"), "quotations", ["repair_id"], unique=False)
    op.create_index(op.f("ix_quotations_repairer_id"), "quotations", ["repairer_id"], unique=False)
    op.create_index(op.f("ix_quotations_reporter_id"), "quotations", ["reporter_id"], unique=False)
    op.create_index(op.f("ix_quotations_site_id"), "quotations", ["site_id"], unique=False)
    op.create_index("ix_quotations_state_created", "quotations", ["state", "created_at"], unique=False)
    op.create_index("ix_quotations_state_valid", "quotations", ["state", "valid_until"], unique=False)
    op.create_index(op.f("ix_quotations_task_id"), "quotations", ["task_id"], unique=False)
    op.create_index(op.f("ix_quotations_updated_at"), "quotations", ["updated_at"], unique=False)
    op.create_table(
        "repair_followers",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("repair_id", types.BigInt, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=True),
        sa.Column("phone", types.code_string(40), nullable=True),
        sa.Column("consented_at", types.UtcDateTime(), nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["repair_id"], ["repairs.id"], name=op.f("fk_repair_followers_repair_id_repairs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repair_followers")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_repair_followers_token_hash")),
    )
    op.create_index(op.f("ix_repair_followers_repair_id"), "repair_followers", ["repair_id"], unique=False)
    op.create_table(
        "repair_tasks",
        sa.Column("repair_id", types.BigInt, nullable=False),
        sa.Column("task_id", types.BigInt, nullable=False),
        sa.Column("linked_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["repair_id"], ["repairs.id"], name=op.f("fk_repair_tasks_repair_id_repairs")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_repair_tasks_task_id_tasks")),
        sa.PrimaryKeyConstraint("repair_id", "task_id", name=op.f("pk_repair_tasks")),
    )
    op.create_index(op.f("ix_repair_tasks_task_id"), "repair_tasks", ["task_id"], unique=False)
    op.create_table(
        "returned_parts",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("number", types.code_string(40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_before", sa.String(length=20), nullable=True),
        sa.Column("version", types.BigInt, nullable=False),
        sa.Column("workflow_version", types.BigInt, nullable=False),
        sa.Column("task_id", types.BigInt, nullable=False),
        sa.Column("equipment_id", types.BigInt, nullable=True),
        sa.Column("site_id", types.BigInt, nullable=True),
        sa.Column("organisation_path", types.code_string(200), nullable=False),
        sa.Column("division_code", types.code_string(20), nullable=True),
        sa.Column("repairer_id", types.BigInt, nullable=True),
        sa.Column("name", types.code_string(80), nullable=False),
        sa.Column("old_number", types.code_string(60), nullable=True),
        sa.Column("new_number", types.code_string(60), nullable=True),
        sa.Column("in_warranty", sa.Boolean(), nullable=True),
        sa.Column("carrier", sa.String(length=60), nullable=True),
        sa.Column("tracking", types.code_string(60), nullable=True),
        sa.Column("finding", sa.String(length=20), nullable=True),
        sa.Column("finding_note", sa.Text(), nullable=True),
        sa.Column("sent_at", types.UtcDateTime(), nullable=True),
        sa.Column("received_at", types.UtcDateTime(), nullable=True),
        sa.Column("found_at", types.UtcDateTime(), nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.id"], name=op.f("fk_returned_parts_equipment_id_equipment")),
        sa.ForeignKeyConstraint(
            ["repairer_id"], ["users.id"], name=op.f("fk_returned_parts_repairer_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_returned_parts_site_id_sites")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_returned_parts_task_id_tasks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returned_parts")),
        sa.UniqueConstraint("number", name=op.f("uq_returned_parts_number")),
    )
    op.create_index(op.f("ix_returned_parts_created_at"), "returned_parts", ["created_at"], unique=False)
    op.create_index(op.f("ix_returned_parts_division_code"), "returned_parts", ["division_code"], unique=False)
    op.create_index(op.f("ix_returned_parts_equipment_id"), "returned_parts", ["equipment_id"], unique=False)
    op.create_index(op.f("ix_returned_parts_name"), "returned_parts", ["name"], unique=False)
    op.create_index(op.f("ix_returned_parts_old_number"), "returned_parts", ["old_number"], unique=False)
    op.create_index(
        "ix_returned_parts_organisation_state", "returned_parts", ["organisation_path", "state", "created_at"], unique=False
    )
    op.create_index(op.f("ix_returned_parts_repairer_id"), "returned_parts", ["repairer_id"], unique=False)
    op.create_index(op.f("ix_returned_parts_site_id"), "returned_parts", ["site_id"], unique=False)
    op.create_index("ix_returned_parts_state_created", "returned_parts", ["state", "created_at"], unique=False)
    op.create_index(op.f("ix_returned_parts_task_id"), "returned_parts", ["task_id"], unique=False)
    op.create_index(op.f("ix_returned_parts_tracking"), "returned_parts", ["tracking"], unique=False)
    op.create_index(op.f("ix_returned_parts_updated_at"), "returned_parts", ["updated_at"], unique=False)
    op.create_table(
        "quotation_lines",
        sa.Column("quotation_id", types.BigInt, nullable=False),
        sa.Column("place", types.BigInt, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("quantity", types.Money(), nullable=False),
        sa.Column("unit_price", types.Money(), nullable=False),
        sa.Column("amount", types.Money(), nullable=False),
        sa.ForeignKeyConstraint(
            ["quotation_id"], ["quotations.id"], name=op.f("fk_quotation_lines_quotation_id_quotations"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("quotation_id", "place", name=op.f("pk_quotation_lines")),
    )
    # ### end Alembic commands ###
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    # ### commands auto generated by Alembic - please adjust! ###
    op.drop_table("quotation_lines")
    op.drop_index(op.f("ix_returned_parts_updated_at"), table_name="returned_parts")
    op.drop_index(op.f("ix_returned_parts_tracking"), table_name="returned_parts")
    op.drop_index(op.f("ix_returned_parts_task_id"), table_name="returned_parts")
    op.drop_index("ix_returned_parts_state_created", table_name="returned_parts")
    op.drop_index(op.f("ix_returned_parts_site_id"), table_name="returned_parts")
    op.drop_index(op.f("ix_returned_parts_repairer_id"), table_name="returned_parts")
    op.drop_index("ix_returned_parts_organisation_state", table_name="returned_parts")
    op.drop_index(op.f("ix_returned_parts_old_number"), table_name="returned_parts")
    op.drop_index(op.f("ix_returned_parts_name"), table_name="returned_parts")
    op.drop_index(op.f("ix_returned_parts_equipment_id"), table_name="returned_parts")
    op.drop_index(op.f("ix_returned_parts_division_code"), table_name="returned_parts")
    op.drop_index(op.f("ix_returned_parts_created_at"), table_name="returned_parts")
    op.drop_table("returned_parts")
    op.drop_index(op.f("ix_repair_tasks_task_id"), table_name="repair_tasks")
    op.drop_table("repair_tasks")
    op.drop_index(op.f("ix_repair_followers_repair_id"), table_name="repair_followers")
    op.drop_table("repair_followers")
    op.drop_index(op.f("ix_quotations_updated_at"), table_name="quotations")
    op.drop_index(op.f("ix_quotations_task_id"), table_name="quotations")
    op.drop_index("ix_quotations_state_valid", table_name="quotations")
    op.drop_index("ix_quotations_state_created", table_name="quotations")
    op.drop_index(op.f("ix_quotations_site_id"), table_name="quotations")
    op.drop_index(op.f("ix_quotations_reporter_id"), table_name="quotations")
    op.drop_index(op.f("ix_quotations_repairer_id"), table_name="quotations")
    op.drop_index(op.f("ix_quotations_repair_id"), table_name="quotations")
    op.drop_index("ix_quotations_organisation_state", table_name="quotations")
    op.drop_index(op.f("ix_quotations_host_unit_id"), table_name="quotations")
    op.drop_index(op.f("ix_quotations_equipment_id"), table_name="quotations")
    op.drop_index(op.f("ix_quotations_division_code"), table_name="quotations")
    op.drop_index(op.f("ix_quotations_customer_id"), table_name="quotations")
    op.drop_index(op.f("ix_quotations_created_at"), table_name="quotations")
    op.drop_index(op.f("ix_quotations_author_id"), table_name="quotations")
    op.drop_table("quotations")
    op.drop_index(op.f("ix_label_scans_label_id"), table_name="label_scans")
    op.drop_index(op.f("ix_label_scans_at"), table_name="label_scans")
    op.drop_table("label_scans")
    op.drop_index(op.f("ix_label_bindings_label_id"), table_name="label_bindings")
    op.drop_index(op.f("ix_label_bindings_equipment_id"), table_name="label_bindings")
    op.drop_table("label_bindings")
    op.drop_index(op.f("ix_inspection_findings_repair_id"), table_name="inspection_findings")
    op.drop_index("ix_inspection_findings_inspection", table_name="inspection_findings")
    op.drop_index(op.f("ix_inspection_findings_equipment_id"), table_name="inspection_findings")
    op.drop_table("inspection_findings")
    op.drop_index(op.f("ix_inspection_dues_site_id"), table_name="inspection_dues")
    op.drop_index("ix_inspection_dues_due_on", table_name="inspection_dues")
    op.drop_table("inspection_dues")
    op.drop_index(
        "uq_followups_open_task",
        table_name="followups",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index("ix_followups_way_created", table_name="followups")
    op.drop_index(op.f("ix_followups_updated_at"), table_name="followups")
    op.drop_index(op.f("ix_followups_task_id"), table_name="followups")
    op.drop_index("ix_followups_state_created", table_name="followups")
    op.drop_index(op.f("ix_followups_site_id"), table_name="followups")
    op.drop_index("ix_followups_organisation_state", table_name="followups")
    op.drop_index(op.f("ix_followups_equipment_id"), table_name="followups")
    op.drop_index(op.f("ix_followups_done_at"), table_name="followups")
    op.drop_index(op.f("ix_followups_division_code"), table_name="followups")
    op.drop_index(op.f("ix_followups_customer_id"), table_name="followups")
    op.drop_index(op.f("ix_followups_created_at"), table_name="followups")
    op.drop_index(op.f("ix_followups_clerk_id"), table_name="followups")
    op.drop_table("followups")
    op.drop_index(op.f("ix_tasks_updated_at"), table_name="tasks")
    op.drop_index(op.f("ix_tasks_unit_id"), table_name="tasks")
    op.drop_index("ix_tasks_state_due", table_name="tasks")
    op.drop_index("ix_tasks_state_created", table_name="tasks")
    op.drop_index(op.f("ix_tasks_site_id"), table_name="tasks")
    op.drop_index("ix_tasks_severity_created", table_name="tasks")
    op.drop_index("ix_tasks_result_created", table_name="tasks")
    op.drop_index(op.f("ix_tasks_reporter_id"), table_name="tasks")
    op.drop_index("ix_tasks_repairer_state", table_name="tasks")
    op.drop_index("ix_tasks_remedy_code_created", table_name="tasks")
    op.drop_index("ix_tasks_organisation_state", table_name="tasks")
    op.drop_index(op.f("ix_tasks_host_unit_id"), table_name="tasks")
    op.drop_index("ix_tasks_fault_created", table_name="tasks")
    op.drop_index(op.f("ix_tasks_equipment_id"), table_name="tasks")
    op.drop_index(op.f("ix_tasks_due_at"), table_name="tasks")
    op.drop_index("ix_tasks_division", table_name="tasks")
    op.drop_index(op.f("ix_tasks_customer_id"), table_name="tasks")
    op.drop_index(op.f("ix_tasks_created_at"), table_name="tasks")
    op.drop_index("ix_tasks_consent_created", table_name="tasks")
    op.drop_index("ix_tasks_completed", table_name="tasks")
    op.drop_index("ix_tasks_cause_code_created", table_name="tasks")
    op.drop_index(op.f("ix_tasks_appointed_at"), table_name="tasks")
    op.drop_table("tasks")
    op.drop_index(op.f("ix_repairs_updated_at"), table_name="repairs")
    op.drop_index("ix_repairs_state_morton", table_name="repairs")
    op.drop_index("ix_repairs_state_created", table_name="repairs")
    op.drop_index(op.f("ix_repairs_site_id"), table_name="repairs")
    op.drop_index("ix_repairs_severity_created", table_name="repairs")
    op.drop_index(op.f("ix_repairs_reporter_id"), table_name="repairs")
    op.drop_index("ix_repairs_organisation_state", table_name="repairs")
    op.drop_index(op.f("ix_repairs_merged_into_id"), table_name="repairs")
    op.drop_index(op.f("ix_repairs_host_unit_id"), table_name="repairs")
    op.drop_index("ix_repairs_fault_created", table_name="repairs")
    op.drop_index(op.f("ix_repairs_equipment_id"), table_name="repairs")
    op.drop_index("ix_repairs_division", table_name="repairs")
    op.drop_index(op.f("ix_repairs_customer_id"), table_name="repairs")
    op.drop_index(op.f("ix_repairs_created_at"), table_name="repairs")
    op.drop_index(op.f("ix_repairs_contact_id"), table_name="repairs")
    op.drop_index("ix_repairs_channel_created", table_name="repairs")
    op.drop_index(op.f("ix_repairs_caller_tail"), table_name="repairs")
    op.drop_index("ix_repairs_caller", table_name="repairs")
    op.drop_table("repairs")
    op.drop_index("ix_labels_organisation", table_name="labels")
    op.drop_index(op.f("ix_labels_equipment_id"), table_name="labels")
    op.drop_index(op.f("ix_labels_division_code"), table_name="labels")
    op.drop_index(op.f("ix_labels_batch_id"), table_name="labels")
    op.drop_table("labels")
    op.drop_index(op.f("ix_inspections_updated_at"), table_name="inspections")
    op.drop_index(op.f("ix_inspections_unit_id"), table_name="inspections")
    op.drop_index("ix_inspections_state", table_name="inspections")
    op.drop_index(
        "ix_inspections_skewed",
        table_name="inspections",
        sqlite_where=sa.text("skewed IS 1"),
        postgresql_where=sa.text("skewed IS true"),
    )
    op.drop_index("ix_inspections_site", table_name="inspections")
    op.drop_index(op.f("ix_inspections_received_at"), table_name="inspections")
    op.drop_index(op.f("ix_inspections_plan_id"), table_name="inspections")
    op.drop_index("ix_inspections_organisation", table_name="inspections")
    op.drop_index("ix_inspections_on_time", table_name="inspections")
    op.drop_index("ix_inspections_inspector", table_name="inspections")
    op.drop_index(op.f("ix_inspections_host_unit_id"), table_name="inspections")
    op.drop_index(op.f("ix_inspections_due_on"), table_name="inspections")
    op.drop_index("ix_inspections_division", table_name="inspections")
    op.drop_index(op.f("ix_inspections_distance"), table_name="inspections")
    op.drop_index(op.f("ix_inspections_created_at"), table_name="inspections")
    op.drop_index(op.f("ix_inspections_captured_at"), table_name="inspections")
    op.drop_index(op.f("ix_inspections_abnormal"), table_name="inspections")
    op.drop_table("inspections")
    op.drop_index(
        "uq_deliveries_message",
        table_name="deliveries",
        sqlite_where=sa.text("address_id IS NULL"),
        postgresql_where=sa.text("address_id IS NULL"),
    )
    op.drop_index("uq_deliveries_device", table_name="deliveries")
    op.drop_index("ix_deliveries_tried", table_name="deliveries")
    op.drop_index(
        "ix_deliveries_open",
        table_name="deliveries",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index("ix_deliveries_digest", table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_index(op.f("ix_media_uploads_uploader_space"), table_name="media_uploads")
    op.drop_index(op.f("ix_media_uploads_uploader_id"), table_name="media_uploads")
    op.drop_index(op.f("ix_media_uploads_expires_at"), table_name="media_uploads")
    op.drop_table("media_uploads")
    op.drop_index("ix_media_links_record", table_name="media_links")
    op.drop_table("media_links")
    op.drop_index(op.f("ix_list_preferences_default_view_id"), table_name="list_preferences")
    op.drop_table("list_preferences")
    op.drop_index(op.f("ix_inspection_plans_site_id"), table_name="inspection_plans")
    op.drop_index(op.f("ix_inspection_plans_responsible_unit_id"), table_name="inspection_plans")
    op.drop_index(op.f("ix_inspection_plans_responsible_id"), table_name="inspection_plans")
    op.drop_index(op.f("ix_inspection_plans_project_id"), table_name="inspection_plans")
    op.drop_index(op.f("ix_inspection_plans_organisation_path"), table_name="inspection_plans")
    op.drop_index(op.f("ix_inspection_plans_host_unit_id"), table_name="inspection_plans")
    op.drop_index(op.f("ix_inspection_plans_division_code"), table_name="inspection_plans")
    op.drop_index(op.f("ix_inspection_plans_checklist_id"), table_name="inspection_plans")
    op.drop_table("inspection_plans")
    op.drop_table("import_parts")
    op.drop_index("ix_import_notes_import_id_outcome", table_name="import_notes")
    op.drop_table("import_notes")
    op.drop_index(op.f("ix_equipment_warranty_to"), table_name="equipment")
    op.drop_index(op.f("ix_equipment_warranty_rule_id"), table_name="equipment")
    op.drop_index(op.f("ix_equipment_updated_at"), table_name="equipment")
    op.drop_index("ix_equipment_state_warranty", table_name="equipment")
    op.drop_index("ix_equipment_state_safe_life", table_name="equipment")
    op.drop_index("ix_equipment_state_created", table_name="equipment")
    op.drop_index(op.f("ix_equipment_state_at"), table_name="equipment")
    op.drop_index("ix_equipment_site_id_state", table_name="equipment")
    op.drop_index(op.f("ix_equipment_serial"), table_name="equipment")
    op.drop_index(op.f("ix_equipment_safe_life_to"), table_name="equipment")
    op.drop_index(op.f("ix_equipment_safe_life_rule_id"), table_name="equipment")
    op.drop_index(op.f("ix_equipment_project_id"), table_name="equipment")
    op.drop_index(op.f("ix_equipment_produced_on"), table_name="equipment")
    op.drop_index(op.f("ix_equipment_organisation_path"), table_name="equipment")
    op.drop_index(op.f("ix_equipment_name"), table_name="equipment")
    op.drop_index(op.f("ix_equipment_model_id"), table_name="equipment")
    op.drop_index(op.f("ix_equipment_installed_on"), table_name="equipment")
    op.drop_index(op.f("ix_equipment_host_unit_id"), table_name="equipment")
    op.drop_index(op.f("ix_equipment_division_code"), table_name="equipment")
    op.drop_index(op.f("ix_equipment_customer_id"), table_name="equipment")
    op.drop_index(op.f("ix_equipment_created_at"), table_name="equipment")
    op.drop_index(op.f("ix_equipment_batch"), table_name="equipment")
    op.drop_table("equipment")
    op.drop_index(
        "ix_device_addresses_user",
        table_name="device_addresses",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index("ix_device_addresses_fingerprint", table_name="device_addresses")
    op.drop_table("device_addresses")
    op.drop_table("article_readers")
    op.drop_index(op.f("ix_user_roles_role_id"), table_name="user_roles")
    op.drop_table("user_roles")
    op.drop_index(op.f("ix_team_members_user_id"), table_name="team_members")
    op.drop_table("team_members")
    op.drop_index("ix_steps_record", table_name="steps")
    op.drop_index(op.f("ix_steps_actor_id"), table_name="steps")
    op.drop_table("steps")
    op.drop_index(op.f("ix_sites_updated_at"), table_name="sites")
    op.drop_index("ix_sites_state_created", table_name="sites")
    op.drop_index(op.f("ix_sites_state_at"), table_name="sites")
    op.drop_index(op.f("ix_sites_phone_tail"), table_name="sites")
    op.drop_index(op.f("ix_sites_organisation_path"), table_name="sites")
    op.drop_index(op.f("ix_sites_organisation_id"), table_name="sites")
    op.drop_index("ix_sites_name_key", table_name="sites")
    op.drop_index(op.f("ix_sites_name"), table_name="sites")
    op.drop_index("ix_sites_map_state", table_name="sites", postgresql_include=["id"])
    op.drop_index("ix_sites_map_project", table_name="sites", postgresql_include=["id"])
    op.drop_index("ix_sites_map_installed", table_name="sites", postgresql_include=["id"])
    op.drop_index("ix_sites_map", table_name="sites", postgresql_include=["id"])
    op.drop_index("ix_sites_kind_created", table_name="sites")
    op.drop_index(op.f("ix_sites_inspect_by"), table_name="sites")
    op.drop_index(op.f("ix_sites_host_unit_id"), table_name="sites")
    op.drop_index(op.f("ix_sites_division_code"), table_name="sites")
    op.drop_index(op.f("ix_sites_customer_id"), table_name="sites")
    op.drop_index(op.f("ix_sites_created_at"), table_name="sites")
    op.drop_table("sites")
    op.drop_table("second_factors")
    op.drop_index("ix_saved_views_shared", table_name="saved_views")
    op.drop_table("saved_views")
    op.drop_table("recovery_codes")
    op.drop_index("ix_outbox_record", table_name="outbox")
    op.drop_index(
        "ix_outbox_open",
        table_name="outbox",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index("ix_outbox_feed", table_name="outbox")
    op.drop_table("outbox")
    op.drop_index("ix_messages_user", table_name="messages")
    op.drop_index(
        "ix_messages_unread",
        table_name="messages",
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.drop_index(op.f("ix_messages_number"), table_name="messages")
    op.drop_index(op.f("ix_messages_created_at"), table_name="messages")
    op.drop_table("messages")
    op.drop_index(op.f("ix_media_files_uploader_id"), table_name="media_files")
    op.drop_index("ix_media_files_record", table_name="media_files")
    op.drop_index(op.f("ix_media_files_created_at"), table_name="media_files")
    op.drop_table("media_files")
    op.drop_index(
        "ix_login_sessions_open",
        table_name="login_sessions",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_login_sessions_expires_at"), table_name="login_sessions")
    op.drop_table("login_sessions")
    op.drop_index("ix_lifetime_runs_waiting", table_name="lifetime_runs")
    op.drop_index(op.f("ix_lifetime_runs_rule_id"), table_name="lifetime_runs")
    op.drop_table("lifetime_runs")
    op.drop_index(op.f("ix_label_batches_organisation_path"), table_name="label_batches")
    op.drop_index(op.f("ix_label_batches_division_code"), table_name="label_batches")
    op.drop_table("label_batches")
    op.drop_index(op.f("ix_imports_user_id"), table_name="imports")
    op.drop_index("ix_imports_state_id", table_name="imports")
    op.drop_index(op.f("ix_imports_created_at"), table_name="imports")
    op.drop_index("ix_imports_archive_sha256", table_name="imports")
    op.drop_table("imports")
    op.drop_index("ix_held_requests_organisation", table_name="held_requests")
    op.drop_index(op.f("ix_held_requests_decided_by_id"), table_name="held_requests")
    op.drop_table("held_requests")
    op.drop_index("ix_distinct_pairs_second", table_name="distinct_pairs")
    op.drop_table("distinct_pairs")
    op.drop_index(op.f("ix_contacts_user_id"), table_name="contacts")
    op.drop_index("ix_contacts_phone_tail", table_name="contacts")
    op.drop_index(op.f("ix_contacts_phone"), table_name="contacts")
    op.drop_index(op.f("ix_contacts_customer_id"), table_name="contacts")
    op.drop_table("contacts")
    op.drop_index(op.f("ix_articles_state"), table_name="articles")
    op.drop_index("ix_articles_published", table_name="articles")
    op.drop_table("articles")
    op.drop_index(op.f("ix_account_links_user_id"), table_name="account_links")
    op.drop_index(
        "ix_account_links_open",
        table_name="account_links",
        sqlite_where=sa.text("send_at IS NOT NULL"),
        postgresql_where=sa.text("send_at IS NOT NULL"),
    )
    op.drop_index(op.f("ix_account_links_created_at"), table_name="account_links")
    op.drop_table("account_links")
    op.drop_index(op.f("ix_absences_user_id"), table_name="absences")
    op.drop_index("ix_absences_stand_in", table_name="absences")
    op.drop_index(op.f("ix_absences_ends_at"), table_name="absences")
    op.drop_table("absences")
    op.drop_index(op.f("ix_users_updated_at"), table_name="users")
    op.drop_index(op.f("ix_users_organisation_path"), table_name="users")
    op.drop_index(op.f("ix_users_organisation_id"), table_name="users")
    op.drop_index("ix_users_name", table_name="users")
    op.drop_index("ix_users_kind", table_name="users")
    op.drop_index(
        "ix_users_disabled", table_name="users", sqlite_where=sa.text("active IS 0"), postgresql_where=sa.text("active IS false")
    )
    op.drop_index(op.f("ix_users_customer_id"), table_name="users")
    op.drop_table("users")
    op.drop_index(op.f("ix_projects_updated_at"), table_name="projects")
    op.drop_index(op.f("ix_projects_organisation_path"), table_name="projects")
    op.drop_index(op.f("ix_projects_name"), table_name="projects")
    op.drop_index("ix_projects_kind_created", table_name="projects")
    op.drop_index(op.f("ix_projects_division_code"), table_name="projects")
    op.drop_index(op.f("ix_projects_customer_id"), table_name="projects")
    op.drop_index(op.f("ix_projects_created_at"), table_name="projects")
    op.drop_index(op.f("ix_projects_amount"), table_name="projects")
    op.drop_index(op.f("ix_projects_accepted_on"), table_name="projects")
    op.drop_table("projects")
    op.drop_table("teams")
    op.drop_table("role_permissions")
    op.drop_index(op.f("ix_lifetime_rules_type"), table_name="lifetime_rules")
    op.drop_index(op.f("ix_lifetime_rules_model_id"), table_name="lifetime_rules")
    op.drop_index(op.f("ix_lifetime_rules_edition"), table_name="lifetime_rules")
    op.drop_table("lifetime_rules")
    op.drop_index(op.f("ix_duty_areas_division_prefix"), table_name="duty_areas")
    op.drop_table("duty_areas")
    op.drop_index(op.f("ix_customers_updated_at"), table_name="customers")
    op.drop_index("ix_customers_phone_tail", table_name="customers")
    op.drop_index(op.f("ix_customers_phone"), table_name="customers")
    op.drop_index(op.f("ix_customers_organisation_path"), table_name="customers")
    op.drop_index(op.f("ix_customers_name_key"), table_name="customers")
    op.drop_index(op.f("ix_customers_name"), table_name="customers")
    op.drop_index("ix_customers_kind_created", table_name="customers")
    op.drop_index(op.f("ix_customers_division_code"), table_name="customers")
    op.drop_index(op.f("ix_customers_created_at"), table_name="customers")
    op.drop_table("customers")
    op.drop_table("checklist_versions")
    op.drop_table("audit_chain")
    op.drop_table("workflow_versions")
    op.drop_table("site_period_cells")
    op.drop_table("site_cells")
    op.drop_table("site_cell_changes")
    op.drop_index(op.f("ix_sign_in_counters_window_ends_at"), table_name="sign_in_counters")
    op.drop_table("sign_in_counters")
    op.drop_index("ix_security_log_kind", table_name="security_log")
    op.drop_index(op.f("ix_security_log_at"), table_name="security_log")
    op.drop_table("security_log")
    op.drop_index("ix_running_log_level", table_name="running_log")
    op.drop_index(op.f("ix_running_log_at"), table_name="running_log")
    op.drop_table("running_log")
    op.drop_table("roles_version")
    op.drop_table("roles")
    op.drop_index(op.f("ix_rate_counters_window_ends_at"), table_name="rate_counters")
    op.drop_table("rate_counters")
    op.drop_index(op.f("ix_organisations_parent_id"), table_name="organisations")
    op.drop_index(op.f("ix_organisations_kind"), table_name="organisations")
    op.drop_table("organisations")
    op.drop_table("numbers")
    op.drop_index(op.f("ix_models_type"), table_name="models")
    op.drop_index(op.f("ix_models_name"), table_name="models")
    op.drop_table("models")
    op.drop_index("ix_merged_records_number", table_name="merged_records")
    op.drop_index("ix_merged_records_into", table_name="merged_records")
    op.drop_table("merged_records")
    op.drop_table("job_runs")
    op.drop_index(op.f("ix_idempotency_keys_created_at"), table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_index(op.f("ix_divisions_parent_code"), table_name="divisions")
    op.drop_index("ix_divisions_name_zh", table_name="divisions")
    op.drop_index("ix_divisions_name_en", table_name="divisions")
    op.drop_table("divisions")
    op.drop_table("choices_version")
    op.drop_table("choices")
    op.drop_table("checklists")
    op.drop_index(op.f("ix_audit_request_id"), table_name="audit")
    op.drop_index("ix_audit_record", table_name="audit")
    op.drop_index(op.f("ix_audit_number"), table_name="audit")
    op.drop_index("ix_audit_feed", table_name="audit")
    op.drop_index("ix_audit_event", table_name="audit")
    op.drop_index(op.f("ix_audit_at"), table_name="audit")
    op.drop_index("ix_audit_actor", table_name="audit")
    op.drop_table("audit")
    # ### end Alembic commands ###
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION shuhua_append_only()")
        op.execute("DROP FUNCTION shuhua_count_site()")
        op.execute("DROP FUNCTION shuhua_grams(text, text)")
        op.execute("DROP FUNCTION shuhua_gram_query(text, integer)")
    else:
        op.execute("DROP TABLE IF EXISTS users_grams")
        op.execute("DROP TABLE IF EXISTS customers_grams")
        op.execute("DROP TABLE IF EXISTS projects_grams")
        op.execute("DROP TABLE IF EXISTS models_grams")
        op.execute("DROP TABLE IF EXISTS followups_grams")
        op.execute("DROP TABLE IF EXISTS inspections_grams")
        op.execute("DROP TABLE IF EXISTS messages_grams")
        op.execute("DROP TABLE IF EXISTS returned_parts_grams")
        op.execute("DROP TABLE IF EXISTS quotations_grams")
        op.execute("DROP TABLE IF EXISTS repairs_grams")
        op.execute("DROP TABLE IF EXISTS sites_grams")
        op.execute("DROP TABLE IF EXISTS equipment_grams")
        op.execute("DROP TABLE IF EXISTS tasks_grams")
