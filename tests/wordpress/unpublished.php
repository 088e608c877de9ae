<?php
// One thing that befalls an entry that is not published, by name. Prints the entry's id.
[, $root, $url, $what] = $argv;
$_SERVER += ['HTTP_HOST' => parse_url($url, PHP_URL_HOST) . ':' . parse_url($url, PHP_URL_PORT), 'REQUEST_URI' => '/', 'REQUEST_METHOD' => 'GET', 'SERVER_PROTOCOL' => 'HTTP/1.1'];
require $root . '/wp-load.php';
function titled($title) { return get_posts(['post_type' => 'any', 'post_status' => ['publish', 'draft', 'private', 'pending', 'future', 'trash'], 'title' => $title, 'numberposts' => 1])[0]; }
switch ($what) {
  case 'edit_draft': $post = titled('OCULTO draft'); wp_update_post(wp_slash(['ID' => $post->ID, 'post_content' => $post->post_content . '<p>SECRETO otra frase.</p>'])); break;
  case 'publish_draft': $post = titled('OCULTO draft'); wp_publish_post($post->ID); break;
  case 'unpublish': $post = titled('OCULTO draft'); wp_update_post(['ID' => $post->ID, 'post_status' => 'draft']); break;
  case 'publish_private': $post = titled('OCULTO private'); wp_update_post(['ID' => $post->ID, 'post_status' => 'publish']); break;
  case 'hide_private': $post = titled('OCULTO private'); wp_update_post(['ID' => $post->ID, 'post_status' => 'private']); break;
  case 'new_draft': $post = get_post(wp_insert_post(['post_title' => 'OCULTO nuevo', 'post_content' => '<p>SECRETO nuevo.</p>', 'post_status' => 'draft', 'post_author' => 2])); break;
  case 'trash_draft': $post = titled('OCULTO nuevo'); wp_trash_post($post->ID); break;
  case 'delete_pending': $post = titled('OCULTO pending'); wp_delete_post($post->ID, true); break;
  case 'open_locked': $post = titled('OCULTO contraseña'); wp_update_post(['ID' => $post->ID, 'post_password' => '']); break;
  case 'lock': $post = titled('OCULTO contraseña'); wp_update_post(['ID' => $post->ID, 'post_password' => 'clave']); break;
}
echo json_encode(['id' => $post->ID]);
