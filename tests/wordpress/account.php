<?php
// An application password of an account, made anew; prints it. Arguments: the site's folder, its address, the account's name.
[, $root, $url, $name] = $argv;
$_SERVER += ['HTTP_HOST' => parse_url($url, PHP_URL_HOST) . ':' . parse_url($url, PHP_URL_PORT), 'REQUEST_URI' => '/', 'REQUEST_METHOD' => 'GET', 'SERVER_PROTOCOL' => 'HTTP/1.1'];
require $root . '/wp-load.php';
$user = get_user_by('login', $name) ?: get_user_by('id', wp_insert_user(['user_login' => $name, 'user_pass' => wp_generate_password(), 'role' => 'subscriber', 'user_email' => "$name@example.org"]));
[$password] = WP_Application_Passwords::create_new_application_password($user->ID, ['name' => wp_generate_uuid4()]);
echo json_encode(['user' => $name, 'password' => $password]);
