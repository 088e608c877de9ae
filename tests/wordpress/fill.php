<?php
// Installs WordPress and fills it through its own functions; prints what the database then holds, as JSON.
// Arguments: the site's folder, its address, locale, theme.
[, $root, $url, $locale, $theme] = $argv;
$_SERVER += ['HTTP_HOST' => parse_url($url, PHP_URL_HOST) . ':' . parse_url($url, PHP_URL_PORT), 'REQUEST_URI' => '/', 'REQUEST_METHOD' => 'GET', 'SERVER_PROTOCOL' => 'HTTP/1.1'];
define('WP_INSTALLING', true);
require $root . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/image.php';
add_filter('pre_wp_mail', '__return_true');
wp_install('Real Magazine', 'admin', 'admin@example.org', true, '', 'secret', $locale);
update_option('timezone_string', $locale === 'es_ES' ? 'America/Bogota' : 'Europe/London');
update_option('permalink_structure', '/%year%/%monthnum%/%postname%/');
update_option('WPLANG', $locale === 'en_US' ? '' : $locale);
update_option('posts_per_page', 4);
update_option('posts_per_rss', 4);
update_option('page_comments', 1);
update_option('comments_per_page', 3);
update_option('default_comments_page', 'newest');
update_option('thread_comments', 1);
update_option('comment_moderation', 0);
switch_theme($theme);
do_action('init');
wp_delete_post(1, true); wp_delete_post(2, true); wp_delete_post(3, true);
global $wp_rewrite; $wp_rewrite->init(); $wp_rewrite->flush_rules(false);

$authors = [1];
foreach (['Nora Quintana', 'Tomás Arrieta', "Miriam O'Neill"] as $i => $name)
  $authors[] = wp_insert_user(['user_login' => 'writer' . $i, 'user_pass' => 'x', 'display_name' => $name, 'user_nicename' => sanitize_title($name), 'role' => 'author', 'user_email' => "w$i@example.org"]);

$parent = wp_insert_term('Economía', 'category')['term_id'];
$child = wp_insert_term('Puertos & Trenes', 'category', ['parent' => $parent])['term_id'];
$other = wp_insert_term('Cultura', 'category')['term_id'];
$genre = wp_insert_term('Ensayo', 'genre')['term_id'];

// A picture as the editor would upload it.
$upload = wp_upload_dir('2024/03');
$file = $upload['path'] . '/foto-grande.png';
$image = imagecreatetruecolor(1400, 900); imagepng($image, $file);
$picture = wp_insert_attachment(['post_mime_type' => 'image/png', 'post_title' => 'Foto grande', 'post_status' => 'inherit', 'post_excerpt' => 'Pie de la biblioteca'], $file);
wp_update_attachment_metadata($picture, wp_generate_attachment_metadata($picture, $file));

$sentences = ['El puerto abre a las seis y cierra cuando baja la marea.', 'Nadie recuerda quién puso la primera grúa ni por qué mira al norte.', 'La tarifa se discute cada año y cada año queda igual.',
  'Los trenes llegan de noche, cargados de piedra y de silencio.', 'En la aduana hay tres sellos y uno no se usa.', 'Las cuentas del salar se llevan en un cuaderno de tapas azules.'];
function paragraphs($n, $seed) { global $sentences; $out = ''; for ($i = 0; $i < $n; $i++) { $p = []; for ($j = 0; $j < 4; $j++) $p[] = $sentences[($seed * 7 + $i * 3 + $j * ($seed + 1)) % 6] . ' Lo dijo ' . ucfirst(strtr(substr(md5("$seed-$i-$j"), 0, 9), '0123456789', 'ghijklmnop')) . '.'; $out .= "<!-- wp:paragraph --><p>" . implode(' ', $p) . "</p><!-- /wp:paragraph -->\n\n"; } return $out; }

$made = [];
$days = 0;
function make($args) { global $made, $days; $days++;
  $args += ['post_status' => 'publish', 'post_type' => 'post', 'post_author' => 2, 'post_date' => date('Y-m-d H:i:s', strtotime("2024-01-01 07:13:05 +{$days} days +{$days} minutes"))];
  $id = wp_insert_post(wp_slash($args), true); if (is_wp_error($id)) { fwrite(STDERR, $id->get_error_message()); exit(1); } $made[] = $id; return $id; }

for ($i = 1; $i <= 11; $i++)
  make(['post_title' => "Crónica número $i: “trenes & puertos”", 'post_content' => paragraphs(3 + $i % 3, $i), 'post_author' => $authors[$i % 4], 'post_category' => $i % 2 ? [$child] : [$parent, $other],
    'tags_input' => $i % 3 ? ['sal', "vía $i"] : [], 'post_excerpt' => $i % 4 ? '' : "Resumen escrito a mano, el $i."]);
$one = $made[0];
make(['post_title' => 'Mismo título', 'post_content' => paragraphs(2, 21)]);
make(['post_title' => 'Mismo título', 'post_content' => paragraphs(2, 22)]);
$rich = make(['post_title' => 'Con todo: cuadro, cita, imagen y notas', 'post_author' => 1, 'post_content' =>
  "<!-- wp:paragraph --><p><strong>Por Dr. Elías Montaño[1]</strong></p><!-- /wp:paragraph -->" . paragraphs(1, 31) .
  '<!-- wp:heading --><h2>Un encabezado</h2><!-- /wp:heading --><!-- wp:pullquote --><figure class="wp-block-pullquote"><blockquote><p>Una cita que flota.</p></blockquote></figure><!-- /wp:pullquote -->' .
  '<!-- wp:image {"id":' . $picture . ',"sizeSlug":"medium"} --><figure class="wp-block-image size-medium"><img src="' . wp_get_attachment_image_url($picture, 'medium') . '" alt="Una foto" class="wp-image-' . $picture . '"/><figcaption>Pie de foto en el texto</figcaption></figure><!-- /wp:image -->' .
  '<!-- wp:table --><figure class="wp-block-table"><table><tbody><tr><td>Norte</td><td>410</td></tr><tr><td>Sur</td><td>1230</td></tr></tbody></table></figure><!-- /wp:table -->' .
  '<!-- wp:paragraph --><p>Véase <a href="' . get_permalink($one) . '">la primera crónica</a> y <a href="https://example.org/informe?a=1&amp;b=2#tabla">el informe</a>; son 10<sup>2</sup> razones (2019) y [sic].</p><!-- /wp:paragraph -->' .
  paragraphs(1, 32) . '<!-- wp:paragraph --><p>[1] El autor enseña historia del ferrocarril.</p><!-- /wp:paragraph -->']);
set_post_thumbnail($rich, $picture);
wp_set_post_terms($rich, [$other], 'category');
make(['post_title' => 'En dos páginas', 'post_content' => paragraphs(2, 41) . "<!-- wp:nextpage --><!--nextpage--><!-- /wp:nextpage -->" . paragraphs(2, 42)]);
make(['post_title' => 'Ñandú, corazón y 東京', 'post_name' => 'ñandú-東京', 'post_content' => paragraphs(2, 43)]);
make(['post_title' => 'Fijada', 'post_content' => paragraphs(2, 44)]); stick_post(end($made));
$about = make(['post_title' => 'Acerca de', 'post_type' => 'page', 'post_content' => paragraphs(2, 51) . '<p><a href="' . get_post_type_archive_link('book') . '">Los libros</a></p>']);
make(['post_title' => 'Equipo', 'post_type' => 'page', 'post_parent' => $about, 'menu_order' => 3, 'post_content' => paragraphs(2, 52)]);
$book = make(['post_title' => 'Un libro', 'post_type' => 'book', 'post_content' => paragraphs(2, 61)]);
wp_set_object_terms($book, [$genre], 'genre');
make(['post_title' => 'Otro libro', 'post_type' => 'book', 'post_content' => paragraphs(2, 62)]);

// What must never appear.
foreach (['draft', 'private', 'pending', 'trash'] as $status) make(['post_title' => "OCULTO $status", 'post_status' => $status, 'post_content' => "<p>SECRETO $status que nadie debe ver.</p>"]);
make(['post_title' => 'OCULTO futuro', 'post_status' => 'future', 'post_date' => '2099-01-01 10:00:00', 'post_content' => '<p>SECRETO futuro que nadie debe ver.</p>']);
make(['post_title' => 'OCULTO contraseña', 'post_password' => 'clave', 'post_content' => '<p>SECRETO contraseña que nadie debe ver.</p>']);
make(['post_title' => 'OCULTO tipo', 'post_type' => 'secret', 'post_content' => '<p>SECRETO tipo que nadie debe ver.</p>']);

$last = 0;
for ($i = 1; $i <= 8; $i++)
  $last = wp_insert_comment(['comment_post_ID' => $one, 'comment_author' => "Lectora $i", 'comment_author_url' => $i % 2 ? '' : "https://example.org/l$i", 'comment_content' => "Comentario $i: la grúa mira al norte.", 'comment_approved' => 1,
    'comment_parent' => $i % 3 == 0 ? $last : 0, 'comment_date' => "2024-02-0$i 10:0$i:00", 'comment_date_gmt' => get_gmt_from_date("2024-02-0$i 10:0$i:00"), 'user_id' => 0]);
wp_insert_comment(['comment_post_ID' => $one, 'comment_author' => 'Otro blog', 'comment_author_url' => 'https://example.org/eco', 'comment_content' => '[…] lo dice el cuaderno […]', 'comment_approved' => 1, 'comment_type' => 'pingback', 'comment_date' => '2024-02-09 09:00:00', 'comment_date_gmt' => get_gmt_from_date('2024-02-09 09:00:00')]);
wp_insert_comment(['comment_post_ID' => $one, 'comment_author' => 'Espera', 'comment_content' => 'SECRETO sin aprobar que nadie debe ver.', 'comment_approved' => 0]);
wp_update_comment_count_now($one);

$truth = [];
foreach (get_posts(['post_type' => ['post', 'page', 'book'], 'post_status' => 'publish', 'numberposts' => -1, 'has_password' => false, 'orderby' => 'ID', 'order' => 'ASC', 'suppress_filters' => false]) as $p) {
  $terms = [];
  foreach (get_object_taxonomies($p) as $tax) { if ($tax === 'post_format') continue; foreach (wp_get_object_terms($p->ID, $tax) as $t) $terms[] = [$tax, html_entity_decode($t->name), urldecode($t->slug), $t->parent ? html_entity_decode(get_term($t->parent)->name) : null]; }
  $comments = array_map(fn($c) => ['id' => (int) $c->comment_ID, 'parent' => (int) $c->comment_parent ?: null, 'author' => $c->comment_author, 'text' => $c->comment_content, 'type' => $c->comment_type], get_comments(['post_id' => $p->ID, 'status' => 'approve', 'orderby' => 'comment_ID', 'order' => 'ASC']));
  $GLOBALS['post'] = $p; setup_postdata($p);
  $whole = str_replace('<!--nextpage-->', '', $p->post_content);
  $truth[] = ['id' => $p->ID, 'type' => $p->post_type, 'url' => get_permalink($p), 'slug' => urldecode($p->post_name), 'title' => html_entity_decode($p->post_title), 'date' => mysql_to_rfc3339($p->post_date), 'date_gmt' => mysql_to_rfc3339($p->post_date_gmt),
    'author' => get_the_author_meta('display_name', $p->post_author), 'excerpt' => $p->post_excerpt, 'parent' => $p->post_parent, 'thumbnail' => has_post_thumbnail($p) ? $url . parse_url(get_the_post_thumbnail_url($p, 'full'), PHP_URL_PATH) : null, 'terms' => $terms, 'comments' => $comments,
    'text' => trim(preg_replace('/\s+/u', ' ', html_entity_decode(strip_tags(do_blocks($whole)))))];
}
echo json_encode($truth, JSON_UNESCAPED_UNICODE);
