-- Whom and which channel a line of the desk's log is about, beside what became
-- of them: ids are for looking things up, not for people to read.
ALTER TABLE desk_log ADD COLUMN whom_ref TEXT NOT NULL DEFAULT '';
ALTER TABLE desk_log ADD COLUMN whom_name TEXT NOT NULL DEFAULT '';
ALTER TABLE desk_log ADD COLUMN place TEXT NOT NULL DEFAULT '';
-- Older lines begin with a channel, "console:#a follows all from minor", …
UPDATE desk_log SET place = substr(detail, 1, length(detail) - length(ltrim(detail, replace(detail, ' ', '')))),
        detail = ltrim(ltrim(detail, replace(detail, ' ', '')))
    WHERE verb IN ('subscribed', 'unsubscribed', 'muted', 'paused', 'resumed', 'desk');
-- … or with a person, "Name (ref) is moderator" or "ref is moderator".
UPDATE desk_log SET whom_ref = substr(detail, 1, length(detail) - length(' is moderator')), detail = 'is moderator'
    WHERE verb = 'named' AND detail LIKE '% is moderator';
UPDATE desk_log SET whom_ref = substr(detail, 1, length(detail) - length(' is admin')), detail = 'is admin'
    WHERE verb IN ('named', 'claimed') AND detail LIKE '% is admin';
UPDATE desk_log SET whom_ref = substr(detail, 1, length(detail) - length(' is no moderator any more')), detail = 'is no moderator any more'
    WHERE verb = 'removed' AND detail LIKE '% is no moderator any more';
UPDATE desk_log SET whom_ref = substr(detail, 1, length(detail) - length(' is no admin any more')), detail = 'is no admin any more'
    WHERE verb = 'removed' AND detail LIKE '% is no admin any more';
-- What stands before the last parenthesis is the name.
UPDATE desk_log SET whom_name = rtrim(rtrim(whom_ref, replace(whom_ref, '(', '')), ' ('),
        whom_ref = rtrim(substr(whom_ref, length(rtrim(whom_ref, replace(whom_ref, '(', ''))) + 1), ')')
    WHERE whom_ref LIKE '% (%)';
-- What somebody was called last.
CREATE INDEX desk_log_by_ref ON desk_log (by_ref, id);

-- Acts that changed nothing: a person's newest are kept.
ALTER TABLE acts ADD COLUMN by_ref TEXT NOT NULL DEFAULT '';
ALTER TABLE acts ADD COLUMN idle SMALLINT NOT NULL DEFAULT 0;
CREATE INDEX acts_idle ON acts (by_ref, at) WHERE idle = 1;
