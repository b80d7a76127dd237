/**
 * The functions of PostgreSQL that a statement may call: those whose answer comes from their
 * arguments, the clock or chance, and that do nothing else. What is not here is refused, so that
 * `set_config`, `pg_*`, `lo_*`, `dblink*`, `nextval`, `query_to_xml` and their like need no list.
 */
const names = `
abs acos acosd acosh age any_value array_agg array_append array_cat array_length array_position
array_positions array_prepend array_remove array_replace array_to_json array_to_string array_upper
array_lower ascii asin asind asinh atan atan2 atan2d atand atanh avg
bit_and bit_length bit_or bit_xor bool_and bool_or btrim
cardinality cbrt ceil ceiling char_length character_length chr clock_timestamp coalesce concat
concat_ws corr cos cosd cosh cot cotd count covar_pop covar_samp cume_dist
date date_bin date_part date_trunc daterange degrees dense_rank div
encode every exp extract
first_value floor format
gcd gen_random_uuid generate_series greatest grouping
initcap isfinite
json_agg json_agg_strict json_array_elements json_array_elements_text json_array_length
json_build_array json_build_object json_each json_each_text json_extract_path
json_extract_path_text json_object json_object_agg json_object_keys json_strip_nulls json_typeof
jsonb_agg jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array
jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text
jsonb_object jsonb_object_agg jsonb_object_keys jsonb_path_exists jsonb_path_query
jsonb_path_query_array jsonb_path_query_first jsonb_pretty jsonb_set jsonb_strip_nulls jsonb_typeof
justify_days justify_hours justify_interval
lag last_value lcm lead least left length ln localtimestamp log log10 lower lower_inc lower_inf lpad
ltrim
make_date make_interval make_time make_timestamp make_timestamptz max md5 min min_scale mod mode
now nth_value ntile nullif num_nonnulls num_nulls numrange
octet_length overlay overlaps
percent_rank percentile_cont percentile_disc pi position power pow
quote_ident quote_literal quote_nullable
radians random range_agg rank regexp_count regexp_instr regexp_like regexp_match regexp_matches
regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr regr_avgx regr_avgy
regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy replace reverse right round
row_number row_to_json rpad rtrim
scale sha224 sha256 sha384 sha512 sign sin sind sinh split_part sqrt starts_with
statement_timestamp stddev stddev_pop stddev_samp string_agg string_to_array string_to_table strpos
substr substring sum
tan tand tanh timeofday timezone to_char to_date to_hex to_json to_jsonb to_number to_timestamp
to_tsquery to_tsvector transaction_timestamp translate trim trim_array trim_scale trunc ts_headline
ts_rank ts_rank_cd tsrange tstzrange
unaccent unicode_assigned unnest upper upper_inc upper_inf
plainto_tsquery phraseto_tsquery websearch_to_tsquery
var_pop var_samp variance
width_bucket
similarity word_similarity strict_word_similarity levenshtein soundex
`;

export const postgresFunctions: ReadonlySet<string> = new Set(names.split(/\s+/).filter(Boolean));

/** Spellings of the grammar's own: `x BETWEEN SYMMETRIC`, `LIKE … ESCAPE`, `TRIM(BOTH …)`, and so on. */
export const postgresSyntaxFunctions: ReadonlySet<string> = new Set([
  ...["btrim", "ltrim", "rtrim", "extract", "overlay", "position", "substring", "timezone"],
  ...["like_escape", "similar_to_escape", "similar_escape", "overlaps", "is_normalized"],
  "normalize",
]);
