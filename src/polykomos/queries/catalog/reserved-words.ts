/** Words that PostgreSQL 18, MySQL 8 or MariaDB 11 read as their own; quoting one too many is harmless. */
export const reservedWords: ReadonlySet<string> = new Set(
  `accessible account action add admin after all alter always analyse analyze and any array as asc
asensitive asymmetric authorization before begin between bigint binary blob body both by call cascade
case cast change char character check collate collation column columns condition concurrently constraint
continue convert create cross cube cume_dist current current_catalog current_date current_path
current_role current_schema current_time current_timestamp current_user cursor database databases date
day day_hour day_microsecond day_minute day_second dec decimal declare default deferrable delayed delete
dense_rank desc describe deterministic distinct distinctrow div do double drop dual each else elseif
empty enclosed end escaped except exists exit explain false fetch first_value float float4 float8 for
force foreign freeze from full fulltext function general generated get grant group grouping groups
having high_priority hour hour_microsecond hour_minute hour_second if ignore ignore_server_ids ilike in
index infile initially inner inout insensitive insert int int1 int2 int3 int4 int8 integer intersect
interval into io_after_gtids io_before_gtids is isnull iterate join json_table key keys kill lag
last_value lateral lead leading leave left like limit linear lines load localtime localtimestamp lock
long longblob longtext loop low_priority manual master_bind master_heartbeat_period match maxvalue
mediumblob mediumint mediumtext middleint minute minute_microsecond minute_second mod modifies natural
no_write_to_binlog not notnull nth_value ntile null numeric of offset on only optimize optimizer_costs
option optionally or order out outer outfile over overlaps page_checksum parallel parse_vcol_expr
partition percent_rank placing position precision primary procedure purge qualify range rank read reads
read_write real recursive references ref_system_id regexp release rename repeat replace require resignal
restrict return returning revoke right rlike role row row_number rows schema schemas second
second_microsecond select sensitive separator session_user set show signal similar slow smallint some
spatial specific sql sql_big_result sql_calc_found_rows sql_small_result sqlexception sqlstate
sqlwarning ssl starting stats_auto_recalc stats_persistent stats_sample_pages stored straight_join
symmetric system system_user table tablesample terminated then time timestamp tinyblob tinyint tinytext
to trailing trigger true type undo union unique unlock unsigned update usage use user using utc_date
utc_time utc_timestamp value values varbinary varchar varcharacter variadic varying verbose view virtual
when where while window with within without write xor year year_month zerofill`.split(/\s+/),
);
