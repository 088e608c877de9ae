<?php
// One thing that happens on a site, by name. Prints the post it happened to.
[, $root, $url, $what] = $argv;
$_SERVER += ['HTTP_HOST' => parse_url($url, PHP_URL_HOST) . ':' . parse_url($url, PHP_URL_PORT), 'REQUEST_URI' => '/', 'REQUEST_METHOD' => 'GET', 'SERVER_PROTOCOL' => 'HTTP/1.1'];
require $root . '/wp-load.php';
function some($type, $offset) { return get_posts(['post_type' => $type, 'numberposts' => 1, 'offset' => $offset, 'orderby' => 'ID', 'order' => 'ASC', 'post_status' => 'publish', 'has_password' => false])[0]; }
function comment_on($post, $more = []) { return wp_insert_comment($more + ['comment_post_ID' => $post->ID, 'comment_author' => 'Zoila', 'comment_author_email' => 'z@example.org', 'comment_content' => 'Muy de acuerdo, otra vez.', 'comment_approved' => 1]); }
$post = some('post', 1);
switch ($what) {
  case 'edit': wp_update_post(wp_slash(['ID' => $post->ID, 'post_content' => $post->post_content . '<p>Añadido por la mañana.</p>'])); break;
  case 'publish': $post = get_post(wp_insert_post(['post_title' => 'Nueva de hoy', 'post_content' => '<p>Salió hoy mismo, sin aviso previo.</p>', 'post_status' => 'publish', 'post_author' => 2, 'tags_input' => ['etiqueta nueva']])); break;
  case 'schedule': $post = get_post(wp_insert_post(['post_title' => 'Programada', 'post_content' => '<p>Escrita hace mucho, publicada ahora.</p>', 'post_status' => 'draft', 'post_author' => 2, 'post_date' => '2021-05-05 05:05:05', 'post_modified' => '2021-05-05 05:05:05']));
    global $wpdb; $wpdb->update($wpdb->posts, ['post_modified' => '2021-05-05 05:05:05', 'post_modified_gmt' => '2021-05-05 05:05:05', 'post_date_gmt' => '2021-05-05 05:05:05', 'post_name' => 'programada'], ['ID' => $post->ID]); clean_post_cache($post->ID);
    wp_publish_post($post->ID); break;
  case 'trash': wp_trash_post($post->ID); break;
  case 'untrash': $post = get_posts(['post_status' => 'trash', 'numberposts' => 1, 'orderby' => 'modified'])[0]; wp_untrash_post($post->ID); wp_publish_post($post->ID); break;
  case 'comment': comment_on($post); break;
  case 'moderate': $id = comment_on($post, ['comment_approved' => 0, 'comment_date' => '2020-01-01 00:00:00', 'comment_date_gmt' => '2020-01-01 00:00:00', 'comment_content' => 'Esperaba turno.']); wp_set_comment_status($id, 'approve'); break;
  case 'retract': $of = get_comments(['post_id' => $post->ID, 'number' => 1, 'status' => 'approve'])[0]; wp_delete_comment($of->comment_ID, true); break;
  case 'book': $post = some('book', 0); wp_update_post(wp_slash(['ID' => $post->ID, 'post_content' => $post->post_content . '<p>Segunda edición.</p>'])); break;
  case 'term': $term = wp_get_post_terms($post->ID, 'category')[0]; wp_update_term($term->term_id, 'category', ['name' => 'Rebautizada']); break;
}
echo json_encode(['id' => $post->ID]);
