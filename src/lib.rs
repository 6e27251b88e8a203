//! Portolan: a self-hosted desk for porting telephone numbers.
//!
//! The modules are listed in reading order; imports only ever point up this list.

pub mod clock;
pub mod ids;
pub mod tls;

pub mod config;
pub mod telemetry;

pub mod domain;

pub mod db;

pub mod blobs;
pub mod carriers;
pub mod documents;
pub mod mail;
pub mod outbound;

pub mod app;
pub mod jobs;
pub mod simulator;

pub mod web;

pub mod api;
pub mod portal;
pub mod public;

pub mod hooks;

pub mod cli;
