//! `file:` feeds.

use std::{io, path::Path};

use tokio::{fs::File, io::AsyncReadExt};

use super::{FetchError, FetchReason, FetchRequest};

/// Reads the file behind a `file:` URL.
///
/// Only a regular file of at most `max_bytes`: a pipe or device could block for ever or never
/// end. The kind is asked before opening, since opening a pipe already blocks, and again on what
/// was opened.
pub(super) async fn read(
    request: &FetchRequest<'_>,
    max_bytes: u64,
) -> Result<Vec<u8>, FetchError> {
    let path = request.url.to_file_path().map_err(|()| {
        FetchError::new(
            FetchReason::File,
            "file: URL names a host or no absolute path",
        )
    })?;
    let unreadable = |error: io::Error| {
        FetchError::new(FetchReason::File, format!("{}: {error}", path.display()))
    };
    let metadata = tokio::fs::metadata(&path).await.map_err(unreadable)?;
    check(&path, &metadata, max_bytes)?;
    let file = File::open(&path).await.map_err(unreadable)?;
    check(
        &path,
        &file.metadata().await.map_err(unreadable)?,
        max_bytes,
    )?;

    let mut body = Vec::new();
    file.take(max_bytes.saturating_add(1))
        .read_to_end(&mut body)
        .await
        .map_err(unreadable)?;
    if body.len() as u64 > max_bytes {
        return Err(too_large(&path, max_bytes));
    }
    Ok(body)
}

fn check(path: &Path, metadata: &std::fs::Metadata, max_bytes: u64) -> Result<(), FetchError> {
    if !metadata.is_file() {
        let message = format!("{} is not a regular file", path.display());
        return Err(FetchError::new(FetchReason::File, message));
    }
    if metadata.len() > max_bytes {
        return Err(too_large(path, max_bytes));
    }
    Ok(())
}

fn too_large(path: &Path, max_bytes: u64) -> FetchError {
    let message = format!("{} is larger than {max_bytes} bytes", path.display());
    FetchError::new(FetchReason::TooLarge, message)
}
